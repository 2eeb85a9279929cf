// WsGateway: the Realtime WebSocket, /v1/realtime (contract 6, design 3.5, 5.4).
//
// Takes connections over from the HTTP listener, admits them, and lets each speak its protocol.
//
// Threads: any; connections are confined to their streams' executors.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "server/auth/authenticator.h"
#include "server/base/clock.h"
#include "server/base/metrics.h"
#include "server/gateway/net/byte_stream.h"
#include "server/hub/hub.h"
#include "server/service/hold_keeper.h"
#include "server/service/quota.h"
#include "server/service/request_log.h"

namespace presences::gateway {

class WsGateway {
 public:
  struct ProjectOptions {
    std::string id;
    std::vector<std::string> indexed_metadata;
    std::shared_ptr<service::Quota> quota;
  };
  struct Options {
    std::vector<ProjectOptions> projects;
    std::size_t max_message_bytes = 64'000;              // design 6.1
    std::chrono::milliseconds ping_interval{20'000};     // two without an answer: dead
    std::chrono::milliseconds reauthentication{30'000};  // after a token ran out, then 4001
    std::chrono::milliseconds write_timeout{10'000};     // for a closing handshake
  };
  struct Services {
    const auth::Authenticator& authenticator;
    hub::Hub& hub;
    service::HoldKeeper& holds;
    Clock& clock;
    Metrics& metrics;
    service::RequestLog& log = service::RequestLog::None();
  };

  WsGateway(Options options, const Services& services);
  ~WsGateway();

  // Takes the connection over; answers the handshake or refuses it.
  void Accept(Upgrade upgrade);
  std::size_t connection_count() const;
  // Cuts what is still open. Before the streams' executors stop.
  void CloseAll();

 private:
  std::shared_ptr<class WsState> state_;
};

}  // namespace presences::gateway
