// WsState: what all connections of a WsGateway share: options, services, who is connected.
//
// Threads: any. Lock order: its mutex alone.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "server/base/mutex.h"
#include "server/base/refusals.h"
#include "server/gateway/ws/message_metrics.h"
#include "server/gateway/ws/ws_gateway.h"

namespace presences::gateway {

class WsConnection;

class WsState {
 public:
  WsState(WsGateway::Options given, const WsGateway::Services& the_services);

  const WsGateway::ProjectOptions& project(std::uint32_t index) const {
    return options.projects[index];
  }

  const service::ProjectLimits& limits(std::uint32_t index) const {
    return options.projects[index].quota->limits();
  }

  // Counts a connection in; a refusal names the limit that stands in the way.
  absl::StatusOr<service::ConnectionSlot> Admit(std::uint32_t project,
                                                const std::string& client_address);
  void Enter(const std::shared_ptr<WsConnection>& connection);
  void Leave(const std::shared_ptr<WsConnection>& connection);
  std::vector<std::shared_ptr<WsConnection>> Connections() const;
  std::size_t count() const;

  const WsGateway::Options options;
  const WsGateway::Services services;
  Counter& messages;
  Counter& refused;
  const Refusals refusals;
  const MessageKinds kinds;

 private:
  // Connects of one address in the current minute.
  struct Window {
    std::int64_t minute = 0;
    double connects = 0;
  };

  mutable Mutex mutex_;
  std::set<std::shared_ptr<WsConnection>> connections_ GUARDED_BY(mutex_);
  std::map<std::pair<std::uint32_t, std::string>, Window> windows_ GUARDED_BY(mutex_);
};

}  // namespace presences::gateway
