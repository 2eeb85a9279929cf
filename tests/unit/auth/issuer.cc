#include "tests/unit/auth/issuer.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include "server/base/check.h"

namespace presences::testing {
namespace {

using auth::TokenAlgorithm;

const unsigned char* Bytes(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string Number(EVP_PKEY* key, const char* name, int width) {
  BIGNUM* number = nullptr;
  PRESENCES_CHECK(EVP_PKEY_get_bn_param(key, name, &number) == 1);
  const int size = width == 0 ? BN_num_bytes(number) : width;
  std::string bytes(static_cast<std::size_t>(size), '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), size);
  BN_free(number);
  return Base64Url(bytes);
}

EVP_PKEY* Generate(TokenAlgorithm algorithm, int rsa_bits) {
  switch (algorithm) {
    case TokenAlgorithm::kRs256:
      return EVP_RSA_gen(static_cast<unsigned>(rsa_bits));
    case TokenAlgorithm::kEs256:
      return EVP_EC_gen("P-256");
    case TokenAlgorithm::kEdDsa:
      return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    case TokenAlgorithm::kHs256:
      break;
  }
  return nullptr;
}

const char* NameOf(TokenAlgorithm algorithm) {
  switch (algorithm) {
    case TokenAlgorithm::kHs256:
      return "HS256";
    case TokenAlgorithm::kRs256:
      return "RS256";
    case TokenAlgorithm::kEs256:
      return "ES256";
    case TokenAlgorithm::kEdDsa:
      return "EdDSA";
  }
  return "";
}

}  // namespace

std::string Base64Url(const std::string& bytes) {
  constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  unsigned bits = 0;
  int count = 0;
  for (const unsigned char c : bytes) {
    bits = bits << 8 | c;
    for (count += 8; count >= 6; count -= 6) text += kAlphabet[bits >> (count - 6) & 63];
  }
  if (count > 0) text += kAlphabet[bits << (6 - count) & 63];
  return text;
}

Issuer::Issuer(TokenAlgorithm algorithm, int rsa_bits)
    : algorithm_(algorithm), key_(Generate(algorithm, rsa_bits), &EVP_PKEY_free) {
  PRESENCES_CHECK(key_ != nullptr);
}

std::string Issuer::Jwk(const std::string& extra) const {
  switch (algorithm_) {
    case TokenAlgorithm::kRs256:
      return R"({"kty":"RSA","n":")" + Number(key_.get(), OSSL_PKEY_PARAM_RSA_N, 0) + R"(","e":")" +
             Number(key_.get(), OSSL_PKEY_PARAM_RSA_E, 0) + "\"" + extra + "}";
    case TokenAlgorithm::kEs256:
      return R"({"kty":"EC","crv":"P-256","x":")" +
             Number(key_.get(), OSSL_PKEY_PARAM_EC_PUB_X, 32) + R"(","y":")" +
             Number(key_.get(), OSSL_PKEY_PARAM_EC_PUB_Y, 32) + "\"" + extra + "}";
    case TokenAlgorithm::kEdDsa: {
      std::string raw(32, '\0');
      std::size_t size = raw.size();
      EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(raw.data()), &size);
      return R"({"kty":"OKP","crv":"Ed25519","x":")" + Base64Url(raw) + "\"" + extra + "}";
    }
    case TokenAlgorithm::kHs256:
      break;
  }
  return "";
}

std::string Issuer::DerSignature(const std::string& text) const {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const char* digest = algorithm_ == TokenAlgorithm::kEdDsa ? nullptr : "SHA256";
  EVP_DigestSignInit_ex(context, nullptr, digest, nullptr, nullptr, key_.get(), nullptr);
  std::size_t size = 0;
  EVP_DigestSign(context, nullptr, &size, Bytes(text), text.size());
  std::string signature(size, '\0');
  PRESENCES_CHECK(EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size,
                                 Bytes(text), text.size()) == 1);
  signature.resize(size);
  EVP_MD_CTX_free(context);
  return signature;
}

std::string Issuer::Signature(const std::string& text) const {
  const std::string der = DerSignature(text);
  if (algorithm_ != TokenAlgorithm::kEs256) return der;
  const unsigned char* position = Bytes(der);
  ECDSA_SIG* parts = d2i_ECDSA_SIG(nullptr, &position, static_cast<long>(der.size()));
  std::string raw(64, '\0');
  BN_bn2binpad(ECDSA_SIG_get0_r(parts), reinterpret_cast<unsigned char*>(raw.data()), 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(parts), reinterpret_cast<unsigned char*>(raw.data()) + 32, 32);
  ECDSA_SIG_free(parts);
  return raw;
}

std::string Issuer::Header(const std::string& extra) const {
  return std::string(R"({"alg":")") + NameOf(algorithm_) + "\"" + extra + "}";
}

std::string Issuer::Sign(const std::string& payload) const { return Sign(Header(), payload); }

std::string Issuer::Sign(const std::string& header, const std::string& payload) const {
  const std::string text = Base64Url(header) + "." + Base64Url(payload);
  return text + "." + Base64Url(Signature(text));
}

std::string Issuer::PublicPem() const {
  BIO* memory = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(memory, key_.get());
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory, &text);
  std::string pem(text, static_cast<std::size_t>(size));
  BIO_free(memory);
  return pem;
}

std::string Issuer::SignHs256(const std::string& secret, const std::string& header,
                              const std::string& payload) {
  const std::string text = Base64Url(header) + "." + Base64Url(payload);
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), Bytes(text), text.size(), mac,
       &size);
  return text + "." + Base64Url(std::string(reinterpret_cast<char*>(mac), size));
}

}  // namespace presences::testing
