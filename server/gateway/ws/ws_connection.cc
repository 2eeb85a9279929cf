#include "server/gateway/ws/ws_connection.h"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/log.h"
#include "server/gateway/ws/handshake.h"
#include "server/gateway/ws/realtime_protocol.h"

namespace presences::gateway {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t kMaxOutgoing = std::size_t{1} << 20;  // own messages waiting for a slow peer

// How the answer to the handshake says back what the request is named.
std::string EchoLines(const RequestContext& request) {
  std::string lines = absl::StrCat("X-Request-Id: ", request.id.text(), "\r\n");
  if (!request.trace) return lines;
  absl::StrAppend(&lines, "traceparent: ", FormatTraceParent(request.trace->self), "\r\n");
  if (!request.trace->state.empty()) {
    absl::StrAppend(&lines, "tracestate: ", request.trace->state, "\r\n");
  }
  return lines;
}

}  // namespace

WsConnection::WsConnection(std::shared_ptr<WsState> state, Upgrade upgrade)
    : state_(std::move(state)),
      upgrade_(std::move(upgrade)),
      stream_(std::move(upgrade_.stream)),
      parser_(state_->options.max_message_bytes),
      ping_timer_(stream_->executor()),
      close_timer_(stream_->executor()),
      protocol_timer_(stream_->executor()) {}

WsConnection::~WsConnection() = default;

void WsConnection::Start() {
  asio::dispatch(stream_->executor(), [self = shared_from_this()] { self->Open(); });
}

void WsConnection::Cut() {
  asio::post(stream_->executor(),
             [self = shared_from_this()] { self->Finish(service::Parting::kLost); });
}

void WsConnection::Post(std::function<void(WsConnection&)> task) {
  asio::post(stream_->executor(), [self = shared_from_this(), task = std::move(task)] {
    if (!self->finished_) task(*self);
  });
}

void WsConnection::Open() {
  const auto response = AcceptHandshake(upgrade_.headers, EchoLines(upgrade_.request));
  if (!response.ok()) {
    closing_ = true;
    outgoing_ = RefuseHandshake(response.status());
    Flush();
    return;
  }
  outgoing_ = *response;
  protocol_ = std::make_unique<RealtimeProtocol>(*state_, *this);
  parser_.Feed(upgrade_.early_bytes);
  if (!protocol_->Open(upgrade_)) return ReadMore();
  ArmPing();
  HandleEvents();
  Flush();
}

void WsConnection::ReadMore() {
  if (is_reading_ || busy_ || finished_) return;
  is_reading_ = true;
  stream_->ReadSome(asio::buffer(input_),
                    [self = shared_from_this()](error_code error, std::size_t count) {
                      self->is_reading_ = false;
                      if (error) {
                        self->Finish(service::Parting::kLost);
                      } else {
                        self->OnBytes(count);
                      }
                    });
}

void WsConnection::OnBytes(std::size_t count) {
  unanswered_pings_ = 0;  // whatever arrives shows that the peer lives
  parser_.Feed({input_, count});
  HandleEvents();
  Flush();
}

void WsConnection::HandleEvents() {
  while (!busy_ && !finished_) {
    auto event = parser_.Next();
    if (!event) break;
    if (!HandleEvent(*std::move(event))) return;
  }
  ReadMore();
}

bool WsConnection::HandleEvent(FrameParser::Event event) {
  using Kind = FrameParser::Event::Kind;
  if (closing_) {
    // Only the peer's close frame is waited for; what else it sends comes too late.
    if (event.kind != Kind::kClose && event.kind != Kind::kError) return true;
    close_received_ = true;
    if (!is_writing_) Finish(service::Parting::kLost);
    return false;
  }
  switch (event.kind) {
    case Kind::kPing:
      AppendFrame(outgoing_, Opcode::kPong, event.payload);
      return true;
    case Kind::kPong:
      return true;
    case Kind::kMessage:
      busy_ = true;
      protocol_->Handle(event.text, std::move(event.payload));
      return true;
    case Kind::kClose: {
      close_received_ = true;
      const bool clean = event.code == kCloseNormal || event.code == kCloseNoStatus;
      CloseWith(clean ? kCloseNormal : event.code, "",
                clean                           ? service::Parting::kClean
                : event.code == kCloseGoingAway ? service::Parting::kNavigation
                                                : service::Parting::kLost);
      return false;
    }
    case Kind::kError:
      state_->refused.Increment();
      CloseWith(event.code, event.payload, service::Parting::kLost);
      return false;
  }
  return true;
}

void WsConnection::MessageDone() {
  busy_ = false;
  HandleEvents();
  Flush();
}

void WsConnection::SendText(absl::string_view message) {
  if (closing_ || finished_) return;
  AppendFrame(outgoing_, Opcode::kText, message);
  if (outgoing_.size() > kMaxOutgoing) {
    LogInfo("socket closed: it asks without reading answers",
            {{"request_id", upgrade_.request.id.text()}, {"client", upgrade_.client_address}});
    Finish(service::Parting::kLost);
    return;
  }
  Flush();
}

bool WsConnection::Write(hub::Frame frame) {
  asio::post(stream_->executor(),
             [self = shared_from_this(), bytes = std::move(frame.head)]() mutable {
               self->events_ = std::move(bytes);
               self->Flush();
             });
  return false;
}

void WsConnection::End(const absl::Status&) {}

void WsConnection::Abort(const absl::Status&) { Cut(); }

void WsConnection::Flush() {
  if (is_writing_ || finished_ || (outgoing_.empty() && events_.empty())) return;
  is_writing_ = true;
  writing_ = std::exchange(outgoing_, {});
  if (closing_) events_.clear();
  writing_events_ = !events_.empty();
  if (writing_.empty()) {
    writing_.swap(events_);
  } else {
    writing_ += events_;
    events_.clear();
  }
  stream_->WriteAll({asio::buffer(writing_)},
                    [self = shared_from_this()](error_code error, std::size_t) {
                      self->is_writing_ = false;
                      if (error) return self->Finish(service::Parting::kLost);
                      if (std::exchange(self->writing_events_, false)) self->protocol_->Ready();
                      self->Flush();
                      const bool last = self->close_received_ || self->protocol_ == nullptr;
                      if (self->closing_ && !self->is_writing_ && last) {
                        self->Finish(service::Parting::kLost);
                      }
                    });
}

void WsConnection::CloseWith(std::uint16_t code, absl::string_view reason,
                             service::Parting parting) {
  if (closing_ || finished_) return;
  closing_ = true;
  outgoing_ += CloseFrame(code, reason);
  // What it held is given up now; the bytes may take their time.
  if (protocol_ != nullptr) protocol_->Close(parting);
  Flush();
  close_timer_.expires_after(std::chrono::seconds(1));
  close_timer_.async_wait(
      [self = shared_from_this()](error_code) { self->Finish(service::Parting::kLost); });
}

void WsConnection::ArmPing() {
  ping_timer_.expires_after(state_->options.ping_interval);
  ping_timer_.async_wait([self = shared_from_this()](error_code error) {
    if (error || self->finished_ || self->closing_) return;
    if (++self->unanswered_pings_ > 2) return self->Finish(service::Parting::kLost);
    AppendFrame(self->outgoing_, Opcode::kPing, "");
    self->Flush();
    self->ArmPing();
  });
}

void WsConnection::SetProtocolTimer(std::chrono::milliseconds delay, std::function<void()> task) {
  protocol_timer_.expires_after(delay);
  protocol_timer_.async_wait([self = shared_from_this(), task = std::move(task)](error_code error) {
    if (!error && !self->finished_) task();
  });
}

void WsConnection::CancelProtocolTimer() { protocol_timer_.cancel(); }

void WsConnection::Finish(service::Parting parting) {
  if (std::exchange(finished_, true)) return;
  if (protocol_ != nullptr) protocol_->Close(parting);
  ping_timer_.cancel();
  close_timer_.cancel();
  protocol_timer_.cancel();
  stream_->Close();
}

}  // namespace presences::gateway
