#include "server/auth/signature.h"

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/x509.h>

#include <climits>

#include "server/base/check.h"

namespace presences::auth {
namespace {

constexpr std::size_t kEs256Half = 32;

const unsigned char* Bytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// OpenSSL wants ECDSA signatures as a DER sequence of two integers. Empty: not an ES256 signature.
std::string ToDer(absl::string_view raw) {
  if (raw.size() != 2 * kEs256Half) return {};
  using Signature = std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)>;
  const Signature signature(ECDSA_SIG_new(), &ECDSA_SIG_free);
  BIGNUM* r = BN_bin2bn(Bytes(raw), kEs256Half, nullptr);
  BIGNUM* s = BN_bin2bn(Bytes(raw) + kEs256Half, kEs256Half, nullptr);
  PRESENCES_CHECK(signature != nullptr && r != nullptr && s != nullptr);
  ECDSA_SIG_set0(signature.get(), r, s);  // takes both over
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &der);
  PRESENCES_CHECK(size > 0);
  std::string result(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return result;
}

bool DigestVerify(EVP_PKEY* key, const char* digest, absl::string_view text,
                  absl::string_view signature) {
  using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
  const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  const bool matches = EVP_DigestVerifyInit_ex(context.get(), nullptr, digest, nullptr, nullptr,
                                               key, nullptr) == 1 &&
                       EVP_DigestVerify(context.get(), Bytes(signature), signature.size(),
                                        Bytes(text), text.size()) == 1;
  // A refused signature leaves errors that the thread's next TLS call would take for its own.
  if (!matches) ERR_clear_error();
  return matches;
}

}  // namespace

std::string HmacSha256(absl::string_view secret, absl::string_view text) {
  PRESENCES_CHECK(secret.size() <= INT_MAX);
  std::string mac(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  const bool done =
      HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), Bytes(text), text.size(),
           reinterpret_cast<unsigned char*>(mac.data()), &size) != nullptr;
  PRESENCES_CHECK(done);
  mac.resize(size);
  return mac;
}

bool HmacMatches(absl::string_view secret, absl::string_view text, absl::string_view signature) {
  const std::string expected = HmacSha256(secret, text);
  return signature.size() == expected.size() &&
         CRYPTO_memcmp(signature.data(), expected.data(), expected.size()) == 0;
}

bool KeyMatches(TokenAlgorithm algorithm, const PublicKey& key, absl::string_view text,
                absl::string_view signature) {
  switch (algorithm) {
    case TokenAlgorithm::kRs256:
      return DigestVerify(key.get(), "SHA256", text, signature);
    case TokenAlgorithm::kEs256: {
      const std::string der = ToDer(signature);
      return !der.empty() && DigestVerify(key.get(), "SHA256", text, der);
    }
    case TokenAlgorithm::kEdDsa:
      return DigestVerify(key.get(), nullptr, text, signature);  // Ed25519 hashes by itself
    case TokenAlgorithm::kHs256:
      break;
  }
  PRESENCES_CHECK(false && "HS256 has a secret, not a public key");
  return false;
}

std::string PublicKeyBytes(const PublicKey& key) {
  unsigned char* bytes = nullptr;
  const int size = i2d_PUBKEY(key.get(), &bytes);
  PRESENCES_CHECK(size > 0);
  std::string text(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return text;
}

}  // namespace presences::auth
