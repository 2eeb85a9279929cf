// TlsCredentials: TLS of the gRPC listener, with texts that can be replaced while it runs.
//
// gRPC asks for the texts at every handshake, so new ones count for the connections to come and
// are either all new or all old. (Its own watcher of files looks when it likes; ADR 0018.)
//
// Threads: any.
#pragma once

#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "server/base/tls_text.h"

struct grpc_server_credentials;

namespace presences::gateway {

// FAILED_PRECONDITION: gRPC could not use these texts; says which.
absl::Status CheckTlsText(const TlsText& text);

class TlsCredentials final : public grpc::ServerCredentials {
 public:
  // REQUIRES: CheckTlsText(text). Whether clients must show a certificate is decided here.
  explicit TlsCredentials(const TlsText& text);
  ~TlsCredentials() override;

  // REQUIRES: CheckTlsText(text), and a client_ca exactly if the first text had one.
  void Replace(const TlsText& text);

  void SetAuthMetadataProcessor(
      const std::shared_ptr<grpc::AuthMetadataProcessor>& processor) override;

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override;

  struct Source;

  const std::unique_ptr<Source> source_;
  grpc_server_credentials* const credentials_;
};

}  // namespace presences::gateway
