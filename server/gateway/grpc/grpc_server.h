// GrpcServer: the listener: services, health, reflection, limits, keepalive, TLS.
//
// Threads: one at a time, except that calls are served on gRPC's own threads.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "server/auth/authenticator.h"
#include "server/base/clock.h"
#include "server/base/heartbeat.h"
#include "server/base/metrics.h"
#include "server/base/tls_text.h"
#include "server/service/hold_keeper.h"
#include "server/service/presence_service.h"
#include "server/service/realtime_service.h"
#include "server/service/request_log.h"

namespace presences::gateway {

class GrpcServer {
 public:
  struct Options {
    std::string address;         // host:port; port 0 is any free port
    std::optional<TlsText> tls;  // absent: plaintext
    bool channelz = false;       // design 3.4: in dev
    // Then a connection is asked to end; its streams have ended themselves by then. 0: for ever.
    std::chrono::milliseconds max_connection_age{0};
    Heartbeats* heartbeats = &Heartbeats::None();  // "grpc"
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
  // What grpc.health.v1 answers. At first nothing serves.
  struct Serving {
    bool overall = false;
    bool presences = false;
    bool realtime = false;

    friend bool operator==(const Serving&, const Serving&) = default;
  };
  void SetServing(const Serving& serving);
  // Calls itself, unless the call before has not come back: then the heartbeat "grpc" stays
  // silent. To be called now and then; any thread, until Shutdown.
  void Probe();
  // Credentials may have been revoked: open Connect streams look at theirs.
  void CheckCredentials();
  // Other TLS texts, for connections to come: checks them, and answers what puts them to use.
  // REQUIRES: it speaks TLS. FAILED_PRECONDITION: they cannot be used.
  absl::StatusOr<std::function<void()>> PrepareTls(const TlsText& text);
  // Refuses new calls (GOAWAY), ends streams, lets calls finish for `timeout`, then cancels them.
  void Shutdown(std::chrono::milliseconds timeout);

 private:
  struct Impl;
  explicit GrpcServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace presences::gateway
