// RequestHandler: from a request to its answer, without a socket.
//
// Order of checks as contract 1.3: route, credentials, origin, scope, parameters, the use case.
//
// Threads: any.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "proto/runtime/route_table.h"
#include "server/api/presences_api.h"
#include "server/auth/authenticator.h"
#include "server/base/clock.h"
#include "server/base/ip_range.h"
#include "server/base/metrics.h"
#include "server/base/refusals.h"
#include "server/base/reloadable.h"
#include "server/gateway/http/client_address.h"
#include "server/gateway/http/exchange.h"
#include "server/gateway/http/response_head.h"
#include "server/gateway/http/route_metrics.h"
#include "server/gateway/net/byte_stream.h"
#include "server/service/origin_policy.h"
#include "server/service/realtime_service.h"
#include "server/service/request_log.h"

namespace presences::gateway::http {

class RequestHandler {
 public:
  struct Options {
    std::string only_project;           // empty: several are configured
    std::map<std::string, Page> pages;  // by path, beside /v1/openapi.json
    std::vector<IpRange> trusted_proxies;
    bool websocket = false;  // /v1/realtime can be upgraded
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

  RequestHandler(Options options, const Services& services);

  // A request whose header is there: what it asks for. `request` and `peer` must outlive it.
  ExchangePtr Begin(const HttpRequest& request, const Peer& peer) const;
  // How large its body may be.
  std::size_t BodyLimit(const Exchange& exchange) const;
  // Answers to exchange->responder, at once or later. REQUIRES: the whole request is there; not
  // an upgrade.
  void Handle(ExchangePtr exchange) const;

  // Appends the answer: head and body, or the head of a stream. Counts it, and answers when that
  // was.
  MonotonicTime Render(const Exchange& exchange, bool keep_alive, std::string* out) const;

  // For requests to come; any thread, at any time.
  void SetTrustedProxies(std::vector<IpRange> proxies);

  // Who asks for an upgrade, and from where.
  void Describe(const Exchange& exchange, Upgrade* upgrade) const;

 private:
  void Match(Exchange& exchange) const;
  void CheckOrigin(Exchange& exchange) const;
  absl::Status Admit(Exchange& exchange) const;
  absl::Status ReadMessage(Exchange& exchange) const;
  void Call(ExchangePtr exchange, const auth::Principal& principal) const;
  void Subscribe(ExchangePtr exchange, const auth::Principal& principal) const;
  void Report(const Exchange& exchange, MonotonicTime::duration took) const;
  void RenderBody(const Exchange& exchange, ResponseHead* head, std::string* body) const;

  const Options options_;
  const Services services_;
  mutable api::PresencesApi api_;
  const transcode::RouteTable routes_;
  Reloadable<ClientAddress> client_address_;
  std::map<std::string, Page, std::less<>> pages_;
  absl::flat_hash_map<const transcode::Route*, std::unique_ptr<RouteMetrics>> route_metrics_;
  std::map<std::string, std::unique_ptr<RouteMetrics>, std::less<>> page_metrics_;
  const Refusals refusals_;
  const RouteMetrics unmatched_metrics_;
  const RouteMetrics preflight_metrics_;
  const RouteMetrics upgrade_metrics_;
};

}  // namespace presences::gateway::http
