// GrpcServer: the listener: services, health, reflection, limits, keepalive, TLS.
//
// Threads: one at a time, except that calls are served on gRPC's own threads.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/auth/authenticator.h"
#include "server/base/clock.h"
#include "server/base/metrics.h"
#include "server/service/hold_keeper.h"
#include "server/service/presence_service.h"
#include "server/service/realtime_service.h"
#include "server/service/request_log.h"

namespace presences::gateway {

class GrpcServer {
 public:
  struct Options {
    std::string address;    // host:port; port 0 is any free port
    std::string cert_file;  // PEM; empty: plaintext
    std::string key_file;
    std::string client_ca_file;  // empty: clients show no certificate
    bool channelz = false;       // design 3.4: in dev
    // Then a connection is asked to end; its streams have ended themselves by then. 0: for ever.
    std::chrono::milliseconds max_connection_age{0};
  };
  struct Services {
    service::PresenceService& presences;
    service::RealtimeService& realtime;
    service::HoldKeeper& holds;
    const auth::Authenticator& authenticator;
    const Clock& clock;
    Metrics& metrics;
    service::RequestLog& log = service::RequestLog::None();
  };

  // Starts listening. UNAVAILABLE: the address cannot be listened on; FAILED_PRECONDITION: the
  // TLS files cannot be used. Both say which and why.
  static absl::StatusOr<std::unique_ptr<GrpcServer>> Start(const Options& options,
                                                           const Services& services);
  ~GrpcServer();

  // host:port with the real port.
  const std::string& address() const;
  // What grpc.health.v1 answers, overall and per service.
  void SetServing(bool serving);
  // Refuses new calls (GOAWAY), ends streams, lets calls finish for `timeout`, then cancels them.
  void Shutdown(std::chrono::milliseconds timeout);

 private:
  struct Impl;
  explicit GrpcServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace presences::gateway
