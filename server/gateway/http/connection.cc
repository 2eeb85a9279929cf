#include "server/gateway/http/connection.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/base/reason.h"

namespace presences::gateway::http {
namespace {

constexpr std::size_t kRoom = 2048;                         // for most requests
constexpr std::size_t kBodyRoom = std::size_t{64} << 10;    // for the rest of a large one
constexpr std::size_t kMaxOutput = std::size_t{64} << 10;   // answers that leave together
constexpr std::size_t kKeptMemory = std::size_t{16} << 10;  // while a connection is idle
constexpr char kContinue[] = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

Connection::Connection(std::unique_ptr<Stream> stream, Peer peer, const Services& services,
                       std::function<void(Connection*)> on_close)
    : stream_(std::move(stream)),
      peer_(std::move(peer)),
      services_(services),
      on_close_(std::move(on_close)) {}

void Connection::Start() {
  SetDeadline(services_.timeouts.header);
  stream_->Open(shared_from_this());
}

void Connection::OnOpen() {
  if (state_ != State::kOpening) return;
  state_ = State::kReading;
  SetDeadline(services_.timeouts.idle);
  if (draining_) return Close();
  ReadMore();
}

void Connection::SetDeadline(std::chrono::milliseconds timeout) {
  deadline_ = services_.clock.Monotonic() + timeout;
}

void Connection::CheckDeadline(MonotonicTime now) {
  if (now < deadline_) return;
  if (state_ == State::kHandling || state_ == State::kStreaming || state_ == State::kClosed) return;
  if (state_ != State::kReading || !waiting_ || writing_) return Close();
  Refuse(MakeError(Reason::kGeneralRequestTimeout,
                   absl::StrCat("the rest of the request did not come in time: headers within ",
                                services_.timeouts.header.count(), " ms, the body within ",
                                services_.timeouts.body.count(), " ms; the connection is closed")));
}

void Connection::Drain() {
  draining_ = true;
  keep_alive_ = false;
  if (state_ == State::kReading && !waiting_ && !writing_) Close();
}

void Connection::Close() {
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  stream_->Close();
  exchange_.reset();
  if (const auto events = std::move(events_)) events->OnClosed();
  on_close_(this);
}

void Connection::ReadMore() {
  if (reading_ || state_ == State::kClosed) return;
  reading_ = true;
  stream_->Read(shared_from_this());
}

absl::Span<char> Connection::ReadRoom() {
  const absl::Span<char> room =
      input_.Room(std::max(kRoom, std::min(parser_.missing(), kBodyRoom)));
  parser_.Moved(input_.view().data());
  return room;
}

void Connection::OnRead(std::size_t bytes) {
  reading_ = false;
  switch (state_) {
    case State::kReading:
      input_.Received(bytes);
      return Advance();
    case State::kStreaming:  // what comes is not looked at, and leaves no trace
    case State::kEnding:
      return ReadMore();
    case State::kLingering:
      if (!peer_.tls) ReadMore();
      return;
    case State::kOpening:
    case State::kHandling:
    case State::kClosed:
      return;
  }
}

void Connection::OnEnd() {
  reading_ = false;
  peer_ended_ = true;
  if (state_ == State::kEnding) return;
  if (state_ == State::kReading && (writing_ || !output_.empty())) {
    state_ = State::kEnding;  // it still wants the answers
    return Flush();
  }
  Close();
}

void Connection::OnBroken() { Close(); }

void Connection::Advance() {
  if (advancing_) return;
  advancing_ = true;
  bool more = true;
  do {
    while (state_ == State::kReading && !writing_ && output_.size() < kMaxOutput && more) {
      more = ParseOne();
    }
    Flush();
  } while (more && state_ == State::kReading && !writing_);
  advancing_ = false;
  if (state_ == State::kReading && !writing_) ReadMore();
}

// False: more must be received first.
bool Connection::ParseOne() {
  if (input_.view().empty()) return false;
  switch (parser_.Parse(input_.view())) {
    case RequestParser::State::kHeader:
      if (!waiting_) WaitForRest(services_.timeouts.header);
      return false;
    case RequestParser::State::kBody: {
      if (exchange_ == nullptr) {
        BeginBody();
        return state_ == State::kReading;
      }
      const RequestParser::Waste waste = parser_.TakeWaste();
      if (waste.count > 0) input_.Erase(waste.first, waste.count);
      return false;
    }
    case RequestParser::State::kDone:
      Dispatch();
      return true;
    case RequestParser::State::kFailed:
      Refuse(parser_.error());
      return false;
  }
  return false;
}

void Connection::WaitForRest(std::chrono::milliseconds at_most) {
  waiting_ = true;
  SetDeadline(at_most);
}

void Connection::BeginBody() {
  const HttpRequest& request = parser_.request();
  exchange_ = services_.handler.Begin(request, peer_);
  parsed_at_ = input_.view().data();
  if (!parser_.LimitBody(services_.handler.BodyLimit(*exchange_))) {
    return Refuse(parser_.error());
  }
  WaitForRest(services_.timeouts.body);
  const bool has_body = input_.view().size() > parser_.consumed();
  if (!has_body && absl::EqualsIgnoreCase(request.Find("expect"), "100-continue")) {
    output_ += kContinue;
  }
}

void Connection::Dispatch() {
  waiting_ = false;
  deadline_ = MonotonicTime::max();
  keep_alive_ = parser_.request().keep_alive() && !draining_;
  ExchangePtr exchange = std::move(exchange_);
  if (exchange == nullptr) {
    exchange = services_.handler.Begin(parser_.request(), peer_);
  } else if (parsed_at_ != input_.view().data()) {
    // What the exchange found points into the input, which has moved while the body arrived.
    const MonotonicTime started = exchange->started;
    exchange = services_.handler.Begin(parser_.request(), peer_);
    exchange->started = started;
  }
  if (exchange->kind == Exchange::Kind::kUpgrade) return Upgrade(std::move(exchange));
  state_ = State::kHandling;
  exchange->responder = shared_from_this();
  dispatching_ = true;
  services_.handler.Handle(std::move(exchange));
  dispatching_ = false;
}

void Connection::Answer(ExchangePtr exchange) {
  if (stream_->InThread() && dispatching_) return Respond(std::move(exchange));
  // Not even on our own thread at once: this may be the middle of another caller's commit.
  stream_->Post([self = shared_from_this(), exchange = std::move(exchange)]() mutable {
    self->Respond(std::move(exchange));
    self->Advance();
  });
}

void Connection::Respond(ExchangePtr exchange) {
  events_.reset();
  if (state_ == State::kClosed) return;
  const MonotonicTime answered = services_.handler.Render(*exchange, keep_alive_, &output_);
  exchange.reset();  // it points into the input
  NextRequest(answered);
}

void Connection::NextRequest(MonotonicTime now) {
  input_.Consume(parser_.consumed());
  input_.Shrink(kKeptMemory);
  parser_.Reset();
  state_ = keep_alive_ ? State::kReading : State::kEnding;
  deadline_ = now + services_.timeouts.idle;
}

void Connection::Refuse(const absl::Status& status) {
  waiting_ = false;
  ExchangePtr exchange = services_.handler.Begin(parser_.request(), peer_);
  exchange->kind = Exchange::Kind::kRefused;
  exchange->status = status;
  exchange_.reset();
  services_.handler.Render(*exchange, /*keep_alive=*/false, &output_);
  state_ = State::kEnding;
  SetDeadline(services_.timeouts.idle);
  if (!advancing_) Flush();
}

void Connection::Upgrade(ExchangePtr exchange) {
  Flush();
  if (writing_) return Close();  // a client that does not wait for its answers
  const HttpRequest& request = parser_.request();
  gateway::Upgrade upgrade;
  upgrade.target = std::string(request.target());
  upgrade.headers = request.Headers();
  upgrade.early_bytes = std::string(input_.view().substr(parser_.consumed()));
  services_.handler.Describe(*exchange, &upgrade);
  upgrade.stream = stream_->Release();
  state_ = State::kClosed;
  on_close_(this);
  services_.upgrade(std::move(upgrade));
}

std::shared_ptr<hub::Sink> Connection::OpenStream(transcode::StreamFormat format) {
  events_ = std::make_shared<EventStream>(shared_from_this(), format, parser_.request().http11());
  return events_;
}

void Connection::StartStream(ExchangePtr exchange, hub::SessionPtr session) {
  keep_alive_ = false;
  services_.handler.Render(*exchange, keep_alive_, &output_);
  service::ConnectionSlot slot = std::move(exchange->slot);
  exchange.reset();
  state_ = State::kStreaming;
  input_.Consume(input_.view().size());
  Flush();
  events_->Start(std::move(session), std::move(slot));
  ReadMore();
}

bool Connection::SendEvent(std::string first, std::shared_ptr<const std::string> shared,
                           absl::string_view last) {
  if (state_ != State::kStreaming) return false;
  event_sent_ = false;
  if (writing_ || !output_.empty()) {
    absl::StrAppend(&output_, first, shared == nullptr ? "" : absl::string_view(*shared), last);
    return false;
  }
  sending_ = std::move(first);
  sending_shared_ = std::move(shared);
  event_sent_ = Send(sending_shared_ == nullptr ? "" : absl::string_view(*sending_shared_), last);
  return event_sent_;
}

void Connection::EndEvents() {
  if (state_ != State::kStreaming) return;
  state_ = State::kEnding;
  SetDeadline(services_.timeouts.idle);
  events_.reset();
  Flush();
}

// Sends `sending_` and these.
bool Connection::Send(absl::string_view shared, absl::string_view last) {
  writing_ = !stream_->Write({sending_, shared, last}, shared_from_this());
  if (!writing_) sending_shared_ = nullptr;
  return !writing_;
}

void Connection::Flush() {
  while (!writing_ && !output_.empty()) {
    sending_.swap(output_);
    output_.clear();
    if (!Send("", "") && state_ != State::kStreaming) SetDeadline(services_.timeouts.idle);
  }
  if (!writing_) Flushed();
}

void Connection::OnWritten() {
  writing_ = false;
  sending_shared_ = nullptr;
  if (state_ == State::kClosed) return;
  Flush();
  if (state_ == State::kReading) Advance();
}

void Connection::Flushed() {
  if (sending_.capacity() > kMaxOutput) std::string().swap(sending_);
  if (state_ == State::kStreaming && !std::exchange(event_sent_, true)) {
    return events_->OnSent();
  }
  if (state_ != State::kEnding) return;
  if (peer_ended_) return Close();
  state_ = State::kLingering;
  SetDeadline(services_.timeouts.linger);
  stream_->EndWrites(shared_from_this());
  if (!peer_.tls) ReadMore();
}

}  // namespace presences::gateway::http
