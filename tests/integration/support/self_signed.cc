#include "tests/integration/support/self_signed.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>

#include "server/base/check.h"

namespace presences::testing {

SelfSigned::SelfSigned(const std::string& folder, const std::string& name)
    : cert_file(folder + "/" + name + ".crt"), key_file(folder + "/" + name + ".key") {
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  X509* const cert = X509_new();
  X509_set_version(cert, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
  X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
  X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
  X509_NAME* const subject = X509_get_subject_name(cert);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(cert, subject);
  X509_set_pubkey(cert, key);
  PRESENCES_CHECK(X509_sign(cert, key, EVP_sha256()) > 0);
  std::FILE* file = std::fopen(cert_file.c_str(), "w");
  PRESENCES_CHECK(file != nullptr && PEM_write_X509(file, cert) == 1);
  std::fclose(file);
  file = std::fopen(key_file.c_str(), "w");
  PRESENCES_CHECK(file != nullptr &&
                  PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  std::fclose(file);
  X509_free(cert);
  EVP_PKEY_free(key);
}

}  // namespace presences::testing
