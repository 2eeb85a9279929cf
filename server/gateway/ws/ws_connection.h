// WsConnection: the transport of one Realtime socket: bytes, frames, pings, the closing handshake.
//
// What the messages mean is RealtimeProtocol's. Messages are handed over one at a time and the
// next one only when the protocol is done with the last, so a socket's messages take effect
// strictly in order.
//
// Threads: confined to the stream's executor, except where a method says otherwise.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>

#include "server/gateway/net/byte_stream.h"
#include "server/gateway/ws/frame.h"
#include "server/gateway/ws/ws_state.h"
#include "server/hub/sink.h"
#include "server/service/hold_keeper.h"

namespace presences::gateway {

class RealtimeProtocol;

class WsConnection final : public hub::Sink, public std::enable_shared_from_this<WsConnection> {
 public:
  WsConnection(std::shared_ptr<WsState> state, Upgrade upgrade);
  ~WsConnection() override;

  // Answers the handshake and begins to read; any thread.
  void Start();
  // Closes without a word; any thread.
  void Cut();

  // hub::Sink: ready-made frames; any thread.
  bool Write(hub::Frame frame) override;
  void End(const absl::Status& status) override;
  void Abort(const absl::Status& status) override;

  // For the protocol, on the executor.
  void SendText(absl::string_view message);
  // Sends a close frame and ends the connection; `parting` says what becomes of its holds.
  void CloseWith(std::uint16_t code, absl::string_view reason, service::Parting parting);
  // The protocol has finished with the message it was given.
  void MessageDone();
  // Runs `task` on the executor, from any thread.
  void Post(std::function<void(WsConnection&)> task);
  // Runs `task` after `delay` unless the connection ends first or the timer is set again.
  void SetProtocolTimer(std::chrono::milliseconds delay, std::function<void()> task);
  void CancelProtocolTimer();

 private:
  void Open();
  void ReadMore();
  void OnBytes(std::size_t count);
  void HandleEvents();
  bool HandleEvent(FrameParser::Event event);
  void Flush();
  void ArmPing();
  void Finish(service::Parting parting);

  const std::shared_ptr<WsState> state_;
  Upgrade upgrade_;
  std::unique_ptr<ByteStream> stream_;
  FrameParser parser_;
  std::unique_ptr<RealtimeProtocol> protocol_;
  boost::asio::steady_timer ping_timer_;
  boost::asio::steady_timer close_timer_;
  boost::asio::steady_timer protocol_timer_;

  char input_[4096];
  std::string outgoing_;         // own messages, waiting
  std::string events_;           // of the hub, waiting
  std::string writing_;          // under way
  bool writing_events_ = false;  // the write under way holds events of the hub
  bool is_writing_ = false;
  bool is_reading_ = false;
  bool busy_ = false;     // the protocol works on a message
  bool closing_ = false;  // a close frame was queued: nothing else follows
  bool close_received_ = false;
  bool finished_ = false;
  int unanswered_pings_ = 0;
};

}  // namespace presences::gateway
