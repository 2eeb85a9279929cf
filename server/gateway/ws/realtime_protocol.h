// RealtimeProtocol: what the messages of one Realtime socket mean (contract 6).
//
// Who the socket is, what it subscribed to and what it holds; WsConnection carries the bytes.
//
// Threads: confined to the connection's executor.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/auth/principal.h"
#include "server/gateway/ws/client_message.h"
#include "server/gateway/ws/message_metrics.h"
#include "server/gateway/ws/ws_state.h"
#include "server/hub/socket_session.h"
#include "server/service/hold_keeper.h"
#include "server/service/token_bucket.h"

namespace presences::gateway {

class WsConnection;

class RealtimeProtocol {
 public:
  // Both outlive the protocol.
  RealtimeProtocol(WsState& state, WsConnection& connection);
  ~RealtimeProtocol();

  // Admits the socket and sends `connected`, or sends `error` and closes: then false.
  bool Open(const Upgrade& upgrade);
  // Handles one message and calls WsConnection::MessageDone() when it has taken effect.
  void Handle(bool text, std::string message);
  // The hub's events have been written.
  void Ready();
  // Leaves the hub and gives up the holds; idempotent.
  void Close(service::Parting parting);

 private:
  void On(const PingMessage& message);
  void On(const AuthenticationMessage& message);
  void On(const SubscribeMessage& message);
  void On(const UnsubscribeMessage& message);
  void On(PresenceMessageIn message);

  bool Refuse(std::uint16_t code, absl::string_view message);
  bool SubscribeFromUrl(const std::string& target, std::vector<std::string>* channels,
                        std::vector<std::string>* slots);
  absl::StatusOr<std::vector<hub::SocketSubscription>> Checked(const SubscribeMessage& message);
  void Become(const auth::PrincipalPtr& principal);
  void Expired();
  std::string UserJson() const;
  void Error(int code, absl::string_view message);
  // The message that was handled got its answer, or this refusal.
  void Done(const absl::Status& status = absl::OkStatus());
  // Tells the log about the connection.
  void ReportConnection(const absl::Status& status);
  void Report(absl::string_view call, const RequestContext& request, const absl::Status& status,
              MonotonicTime::duration took, bool is_stream);

  WsState& state_;
  WsConnection& connection_;
  std::uint32_t project_ = 0;
  auth::PrincipalPtr principal_;
  bool entered_ = false;
  bool closed_ = false;
  bool expired_ = false;
  service::TokenBucket messages_;
  service::ConnectionSlot slot_;  // until it is closed
  service::HoldKeeper::HolderId holder_ = 0;
  hub::SocketSessionPtr session_;

  // For the log.
  RequestContext request_;  // of the handshake
  std::string client_;
  std::string project_named_;
  MonotonicTime opened_;
  std::uint64_t messages_seen_ = 0;
  const CallMetrics* kind_;  // of the message that is handled
  MonotonicTime message_started_;
};

}  // namespace presences::gateway
