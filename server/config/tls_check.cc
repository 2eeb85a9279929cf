#include "server/config/tls_check.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <time.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <memory>

namespace presences::config {
namespace {

using Input = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Input Open(absl::string_view pem) {
  return {BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free};
}

// OpenSSL would ask for a passphrase on the terminal; a server has nobody to ask.
int NoPassphrase(char*, int, int, void*) { return -1; }

Certificate FirstCertificate(absl::string_view pem) {
  const Input input = Open(pem);
  return {PEM_read_bio_X509(input.get(), nullptr, &NoPassphrase, nullptr), &X509_free};
}

Key PrivateKey(absl::string_view pem) {
  const Input input = Open(pem);
  return {PEM_read_bio_PrivateKey(input.get(), nullptr, &NoPassphrase, nullptr), &EVP_PKEY_free};
}

}  // namespace

absl::Status CheckCertificates(absl::string_view pem) {
  const Certificate certificate = FirstCertificate(pem);
  ERR_clear_error();
  if (certificate != nullptr) return absl::OkStatus();
  return absl::InvalidArgumentError("it holds no PEM certificate (-----BEGIN CERTIFICATE-----)");
}

absl::Status CheckPrivateKey(absl::string_view pem) {
  const Key key = PrivateKey(pem);
  ERR_clear_error();
  if (key != nullptr) return absl::OkStatus();
  return absl::InvalidArgumentError("it holds no PEM private key that needs no passphrase");
}

absl::Status CheckKeyFits(absl::string_view certificate_pem, absl::string_view key_pem) {
  const Certificate certificate = FirstCertificate(certificate_pem);
  const Key key = PrivateKey(key_pem);
  const bool fits = X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  if (fits) return absl::OkStatus();
  return absl::InvalidArgumentError("the private key is not that of the certificate");
}

std::optional<TimePoint> ExpiryOf(absl::string_view certificates_pem) {
  const Input input = Open(certificates_pem);
  std::optional<TimePoint> first;
  for (;;) {
    const Certificate certificate{PEM_read_bio_X509(input.get(), nullptr, &NoPassphrase, nullptr),
                                  &X509_free};
    if (certificate == nullptr) break;
    std::tm parts{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &parts) != 1) continue;
    const TimePoint expiry{std::chrono::seconds(::timegm(&parts))};
    first = first ? std::min(*first, expiry) : expiry;
  }
  ERR_clear_error();
  return first;
}

}  // namespace presences::config
