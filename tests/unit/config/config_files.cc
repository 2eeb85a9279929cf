#include "tests/unit/config/config_files.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <fstream>
#include <functional>
#include <sstream>

#include "server/base/check.h"

namespace presences::testing {
namespace {

std::string ToPem(const std::function<int(BIO*)>& write) {
  BIO* memory = BIO_new(BIO_s_mem());
  PRESENCES_CHECK(write(memory) == 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory, &text);
  std::string pem(text, static_cast<std::size_t>(size));
  BIO_free(memory);
  return pem;
}

std::string KeyPem(EVP_PKEY* key) {
  return ToPem([key](BIO* out) {
    return PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
}

// A certificate that `key` signed for itself.
std::string CertificatePem(EVP_PKEY* key) {
  X509* certificate = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_sign(certificate, key, EVP_sha256());
  std::string pem = ToPem([&](BIO* out) { return PEM_write_bio_X509(out, certificate); });
  X509_free(certificate);
  return pem;
}

}  // namespace

ConfigFolder::ConfigFolder() {
  WriteKeys();
  // The example key of RFC 7517 A.1.
  Write("jwks.json", R"({"keys":[{"kty":"EC","crv":"P-256","kid":"1","use":"sig",)"
                     R"("x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",)"
                     R"("y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]})");
  Write("jwt.secret", "0123456789abcdef0123456789abcdef\n");
  Write("redis.password", "pass word\r\n");
  Write("line_end", "\n");
  Write("nothing", "");
  PRESENCES_CHECK(::mkfifo(Sub("pipe").c_str(), 0600) == 0);
}

void ConfigFolder::WriteKeys() const {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  EVP_PKEY* other = EVP_EC_gen("P-256");
  Write("cert.pem", CertificatePem(key));
  Write("key.pem", KeyPem(key));
  Write("ca.pem", CertificatePem(other));
  Write("other_key.pem", KeyPem(other));
  EVP_PKEY_free(key);
  EVP_PKEY_free(other);
}

void ConfigFolder::Write(const std::string& name, const std::string& text) const {
  std::ofstream(Sub(name), std::ios::binary) << text;
}

std::string ReadTestFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  PRESENCES_CHECK(in.good());
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace presences::testing
