#include "server/gateway/grpc/tls_credentials.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <atomic>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/base/reloadable.h"

namespace presences::gateway {
namespace {

grpc_ssl_server_certificate_config* ConfigOf(const TlsText& text) {
  const grpc_ssl_pem_key_cert_pair pair{text.key.c_str(), text.certificate.c_str()};
  // gRPC aborts without roots, although it looks at them only where clients show certificates.
  const std::string& roots = text.client_ca.empty() ? text.certificate : text.client_ca;
  return grpc_ssl_server_certificate_config_create(roots.c_str(), &pair, 1);
}

}  // namespace

// What the handshakes fetch from; gRPC calls Fetch for each, on its own threads.
struct TlsCredentials::Source {
  explicit Source(const TlsText& text) : texts(text) {}

  static grpc_ssl_certificate_config_reload_status Fetch(
      void* self, grpc_ssl_server_certificate_config** config) {
    Source& source = *static_cast<Source*>(self);
    const TlsText* const current = &*source.texts;
    if (source.fetched.exchange(current) == current) {
      return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    }
    *config = ConfigOf(*current);
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

  Reloadable<TlsText> texts;
  std::atomic<const TlsText*> fetched{nullptr};
};

namespace {

// OpenSSL would ask for one on the terminal.
int NoPassphrase(char*, int, int, void*) { return -1; }

absl::Status Unusable(absl::string_view what) {
  ERR_clear_error();
  return absl::FailedPreconditionError(
      absl::StrCat("cannot use the ", what,
                   " of the gRPC listener; it must be in PEM form, and key and certificate must "
                   "belong together"));
}

}  // namespace

absl::Status CheckTlsText(const TlsText& text) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_server_method()),
                                                                  &SSL_CTX_free);
  const auto open = [](const std::string& pem) {
    return std::unique_ptr<BIO, decltype(&BIO_free)>(
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  };
  const auto certificate_text = open(text.certificate);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      PEM_read_bio_X509_AUX(certificate_text.get(), nullptr, nullptr, nullptr), &X509_free);
  if (certificate == nullptr || SSL_CTX_use_certificate(context.get(), certificate.get()) != 1) {
    return Unusable("certificate");
  }
  const auto key_text = open(text.key);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      PEM_read_bio_PrivateKey(key_text.get(), nullptr, &NoPassphrase, nullptr), &EVP_PKEY_free);
  if (key == nullptr || SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1) {
    return Unusable("private key");
  }
  if (text.client_ca.empty()) return absl::OkStatus();
  const auto ca_text = open(text.client_ca);
  const std::unique_ptr<X509, decltype(&X509_free)> ca(
      PEM_read_bio_X509(ca_text.get(), nullptr, nullptr, nullptr), &X509_free);
  return ca == nullptr ? Unusable("client CA") : absl::OkStatus();
}

TlsCredentials::TlsCredentials(const TlsText& text)
    : source_(std::make_unique<Source>(text)),
      credentials_(grpc_ssl_server_credentials_create_with_options(
          grpc_ssl_server_credentials_create_options_using_config_fetcher(
              text.client_ca.empty() ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                                     : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY,
              &Source::Fetch, source_.get()))) {}

TlsCredentials::~TlsCredentials() { grpc_server_credentials_release(credentials_); }

void TlsCredentials::Replace(const TlsText& text) { source_->texts.Replace(text); }

void TlsCredentials::SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) {
}

int TlsCredentials::AddPortToServer(const std::string& address, grpc_server* server) {
  return grpc_server_add_http2_port(server, address.c_str(), credentials_);
}

}  // namespace presences::gateway
