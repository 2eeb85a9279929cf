#include "server/auth/public_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "server/auth/base64url.h"
#include "server/base/check.h"

namespace presences::auth {
namespace {

constexpr std::size_t kCoordinateSize = 32;
constexpr int kMinRsaBits = 2048;
constexpr int kMaxRsaBits = 16'384;  // what OpenSSL itself agrees to check
constexpr std::size_t kMaxExponentSize = 8;

using Builder = std::unique_ptr<OSSL_PARAM_BLD, decltype(&OSSL_PARAM_BLD_free)>;
using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;

Number ToNumber(const std::string& bytes) {
  return {BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                    static_cast<int>(bytes.size()), nullptr),
          &BN_free};
}

PublicKey Own(EVP_PKEY* key) { return {key, &EVP_PKEY_free}; }

// Builds and checks a key of `type`; null when OpenSSL finds it unsound.
PublicKey FromParams(const char* type, OSSL_PARAM_BLD* builder) {
  using Params = std::unique_ptr<OSSL_PARAM, decltype(&OSSL_PARAM_free)>;
  using Context = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;
  const Params params(OSSL_PARAM_BLD_to_param(builder), &OSSL_PARAM_free);
  const Context context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr), &EVP_PKEY_CTX_free);
  PRESENCES_CHECK(params != nullptr && context != nullptr);
  EVP_PKEY* made = nullptr;
  PublicKey key;
  if (EVP_PKEY_fromdata_init(context.get()) == 1 &&
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, params.get()) == 1) {
    key = Own(made);
    const Context check(EVP_PKEY_CTX_new_from_pkey(nullptr, made, nullptr), &EVP_PKEY_CTX_free);
    if (check == nullptr || EVP_PKEY_public_check(check.get()) != 1) key = nullptr;
  }
  ERR_clear_error();
  return key;
}

absl::Status Unusable(absl::string_view why) { return absl::InvalidArgumentError(why); }

}  // namespace

absl::StatusOr<PublicKey> MakeRsaKey(absl::string_view n, absl::string_view e) {
  const std::optional<std::string> modulus = DecodeBase64Url(n);
  const std::optional<std::string> exponent = DecodeBase64Url(e);
  if (!modulus || !exponent || modulus->empty() || exponent->empty()) {
    return Unusable("n and e must be base64url numbers");
  }
  if (modulus->size() > kMaxRsaBits / 8 + 1 || exponent->size() > kMaxExponentSize) {
    return Unusable("n or e is too long; use at most 16384 bits and a usual exponent");
  }
  const Number n_number = ToNumber(*modulus);
  const Number e_number = ToNumber(*exponent);
  const int bits = BN_num_bits(n_number.get());
  if (bits < kMinRsaBits || bits > kMaxRsaBits) {
    return Unusable("an RSA key must have 2048 to 16384 bits");
  }
  const Builder builder(OSSL_PARAM_BLD_new(), &OSSL_PARAM_BLD_free);
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n_number.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e_number.get());
  PublicKey key = FromParams("RSA", builder.get());
  if (key == nullptr) return Unusable("n and e are not an RSA key");
  return key;
}

absl::StatusOr<PublicKey> MakeP256Key(absl::string_view x, absl::string_view y) {
  const std::optional<std::string> first = DecodeBase64Url(x);
  const std::optional<std::string> second = DecodeBase64Url(y);
  if (!first || !second || first->size() != kCoordinateSize || second->size() != kCoordinateSize) {
    return Unusable("x and y must be base64url of 32 bytes each");
  }
  const std::string point = "\x04" + *first + *second;  // uncompressed form
  const Builder builder(OSSL_PARAM_BLD_new(), &OSSL_PARAM_BLD_free);
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  PublicKey key = FromParams("EC", builder.get());
  if (key == nullptr) return Unusable("x and y are not a point on P-256");
  return key;
}

absl::StatusOr<PublicKey> MakeEd25519Key(absl::string_view x) {
  const std::optional<std::string> bytes = DecodeBase64Url(x);
  if (!bytes || bytes->size() != kCoordinateSize) {
    return Unusable("x must be base64url of 32 bytes");
  }
  PublicKey key = Own(EVP_PKEY_new_raw_public_key_ex(
      nullptr, "ED25519", nullptr, reinterpret_cast<const unsigned char*>(bytes->data()),
      bytes->size()));
  if (key == nullptr) {
    ERR_clear_error();
    return Unusable("x is not an Ed25519 key");
  }
  return key;
}

}  // namespace presences::auth
