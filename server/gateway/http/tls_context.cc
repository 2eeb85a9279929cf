#include "server/gateway/http/tls_context.h"

#include <openssl/ssl.h>

#include "absl/strings/str_cat.h"

namespace presences::gateway::http {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

absl::Status Unusable(const std::string& what, const error_code& error) {
  return absl::FailedPreconditionError(
      absl::StrCat("cannot use the ", what, " of the HTTP listener: ", error.message(),
                   "; it must be in PEM form, and key and certificate must belong together"));
}

// Picks http/1.1 when the client offers protocols; a client that offers others only gets none.
int SelectProtocol(SSL*, const unsigned char** out, unsigned char* out_size,
                   const unsigned char* in, unsigned in_size, void*) {
  static constexpr unsigned char kHttp11[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, kHttp11, sizeof kHttp11 - 1, in, in_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

absl::StatusOr<std::shared_ptr<ssl::context>> MakeTlsContext(const TlsText& text) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  context->set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 |
                       ssl::context::no_sslv3 | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
  SSL_CTX_set_alpn_select_cb(context->native_handle(), SelectProtocol, nullptr);
  // Idle connections are many: OpenSSL's buffers come and go with the records.
  SSL_CTX_set_mode(context->native_handle(), SSL_MODE_RELEASE_BUFFERS);
  error_code error;
  context->use_certificate_chain(boost::asio::buffer(text.certificate), error);
  if (error) return Unusable("certificate", error);
  context->use_private_key(boost::asio::buffer(text.key), ssl::context::pem, error);
  if (error) return Unusable("private key", error);
  if (text.client_ca.empty()) return context;
  context->add_certificate_authority(boost::asio::buffer(text.client_ca), error);
  if (!error && sk_X509_OBJECT_num(X509_STORE_get0_objects(
                    SSL_CTX_get_cert_store(context->native_handle()))) == 0) {
    error = boost::asio::error::invalid_argument;  // asio passes over text without a certificate
  }
  if (error) return Unusable("client CA", error);
  context->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
  // Needed by OpenSSL to resume sessions of verified clients.
  static constexpr unsigned char kSessions[] = "presences-http";
  SSL_CTX_set_session_id_context(context->native_handle(), kSessions, sizeof kSessions - 1);
  return context;
}

}  // namespace presences::gateway::http
