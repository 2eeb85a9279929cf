// HttpServer: the listener of HTTP/1.1: JSON, event streams, pages, and the way to WebSockets.
//
// Each of its threads has its own event loop, and a connection stays on the one it was given to.
// So does a socket that was upgraded: its executor lives as long as the server.
//
// Threads: one at a time, except that requests are served on its own threads; the Reload methods
// any.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/auth/authenticator.h"
#include "server/base/clock.h"
#include "server/base/heartbeat.h"
#include "server/base/ip_range.h"
#include "server/base/metrics.h"
#include "server/base/tls_text.h"
#include "server/gateway/http/exchange.h"
#include "server/gateway/net/byte_stream.h"
#include "server/service/origin_policy.h"
#include "server/service/presence_service.h"
#include "server/service/realtime_service.h"
#include "server/service/request_log.h"

namespace presences::gateway {

class HttpServer {
 public:
  struct Options {
    std::string address;                               // host:port; port 0 is any free port
    std::optional<TlsText> tls;                        // absent: plain text
    std::vector<IpRange> trusted_proxies;              // whose X-Forwarded-For and -Proto count
    std::size_t threads = 0;                           // 0: one per processor, at most 8
    std::chrono::milliseconds idle_timeout{60'000};    // design 6.1
    std::chrono::milliseconds header_timeout{10'000};  // design 6.1
    std::chrono::milliseconds body_timeout{60'000};
    std::string only_project;                      // empty: several are configured
    std::map<std::string, http::Page> pages;       // by path, e.g. "/"
    UpgradeHandler upgrade;                        // of /v1/realtime; null: there is none
    Heartbeats* heartbeats = &Heartbeats::None();  // "http-N"
  };
  struct Services {
    service::PresenceService& presences;
    service::RealtimeService& realtime;
    const auth::Authenticator& authenticator;
    const service::OriginPolicy& origins;
    Clock& clock;
    Metrics& metrics;
    service::RequestLog& log = service::RequestLog::None();
  };

  // Starts listening. UNAVAILABLE: the address cannot be listened on; FAILED_PRECONDITION: the
  // TLS files cannot be used. Both say which and why.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const Options& options,
                                                           const Services& services);
  // REQUIRES: committer and hub are stopped; what they call would land in the event loops.
  ~HttpServer();

  // host:port with the real port.
  const std::string& address() const;
  // Open connections; those that became sockets are not counted here.
  std::size_t connection_count() const;
  // Other TLS texts, for connections to come: checks them, and answers what puts them to use.
  // REQUIRES: it speaks TLS. FAILED_PRECONDITION: they cannot be used.
  absl::StatusOr<std::function<void()>> PrepareTls(const TlsText& text);
  // For requests to come.
  void SetTrustedProxies(std::vector<IpRange> proxies);
  // Accepts no more, ends idle connections, lets requests finish for `timeout`, then cuts what is
  // left. Upgraded sockets are no connections of this server any more; its threads serve them
  // until it is destroyed.
  void Shutdown(std::chrono::milliseconds timeout);

 private:
  struct Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace presences::gateway
