// Connection: one client's requests, one after another, and their answers in the same order.
//
// Pipelined requests wait in the input buffer until those before them are answered; their answers
// leave together. While the answer is a stream of events, the input is only watched for its end.
//
// Threads: confined to the thread of its stream, but for Answer, and Post for its event stream.
// Invariant: at most one read, one write and one exchange are under way.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "server/base/clock.h"
#include "server/gateway/http/event_stream.h"
#include "server/gateway/http/exchange.h"
#include "server/gateway/http/input_buffer.h"
#include "server/gateway/http/request_handler.h"
#include "server/gateway/http/request_parser.h"
#include "server/gateway/http/stream.h"
#include "server/gateway/net/byte_stream.h"

namespace presences::gateway::http {

class Connection final : public StreamOwner,
                         public Responder,
                         public EventPort,
                         public std::enable_shared_from_this<Connection> {
 public:
  struct Timeouts {
    std::chrono::milliseconds idle{60'000};    // between requests; for an answer to be taken
    std::chrono::milliseconds header{10'000};  // from a request's first byte to its last header
    std::chrono::milliseconds body{60'000};    // from there to its last byte
    std::chrono::milliseconds linger{2'000};   // for the peer to end after we have
  };
  // What all connections share.
  struct Services {
    const RequestHandler& handler;
    Clock& clock;
    Timeouts timeouts;
    UpgradeHandler upgrade;  // null: none
  };

  // `on_close` hears once that the connection is no more.
  Connection(std::unique_ptr<Stream> stream, Peer peer, const Services& services,
             std::function<void(Connection*)> on_close);

  void Start();
  // Closes when its time-out has passed. Called every now and then.
  void CheckDeadline(MonotonicTime now);
  // No further request: an idle connection closes, another one after its answer.
  void Drain();
  void Close();

  // StreamOwner.
  void OnOpen() override;
  absl::Span<char> ReadRoom() override;
  void OnRead(std::size_t bytes) override;
  void OnEnd() override;
  void OnWritten() override;
  void OnBroken() override;

  // Responder.
  void Answer(ExchangePtr exchange) override;
  std::shared_ptr<hub::Sink> OpenStream(transcode::StreamFormat format) override;
  void StartStream(ExchangePtr exchange, hub::SessionPtr session) override;

  // EventPort.
  void Post(absl::AnyInvocable<void()> work) override { stream_->Post(std::move(work)); }
  bool InThread() const override { return stream_->InThread(); }
  bool SendEvent(std::string first, std::shared_ptr<const std::string> shared,
                 absl::string_view last) override;
  void EndEvents() override;
  void CutOff() override { Close(); }

 private:
  enum class State {
    kOpening,    // TLS handshake
    kReading,    // a request, or none yet
    kHandling,   // whoever answers has the exchange
    kStreaming,  // the answer is an event stream
    kEnding,     // what is to be sent is the last
    kLingering,  // all is sent; the peer ends too, or we at the deadline
    kClosed,     // or given away
  };

  void Advance();
  bool ParseOne();
  void WaitForRest(std::chrono::milliseconds at_most);
  void BeginBody();
  void Dispatch();
  void Respond(ExchangePtr exchange);
  void NextRequest(MonotonicTime now);
  void Refuse(const absl::Status& status);
  void Upgrade(ExchangePtr exchange);
  void ReadMore();
  bool Send(absl::string_view shared, absl::string_view last);
  void Flush();
  void Flushed();
  void SetDeadline(std::chrono::milliseconds timeout);

  const std::unique_ptr<Stream> stream_;
  const Peer peer_;
  const Services& services_;
  const std::function<void(Connection*)> on_close_;

  State state_ = State::kOpening;
  MonotonicTime deadline_ = MonotonicTime::max();
  bool keep_alive_ = true;  // after the answer that is being made
  bool draining_ = false;
  bool advancing_ = false;    // Advance is running: what it calls leaves the rest to it
  bool dispatching_ = false;  // inside of the handler
  bool reading_ = false;
  bool writing_ = false;
  bool waiting_ = false;     // for the rest of a request
  bool peer_ended_ = false;  // it sends no more
  bool event_sent_ = true;   // false: OnSent is owed

  InputBuffer input_;
  RequestParser parser_;
  ExchangePtr exchange_;             // while the body arrives
  const char* parsed_at_ = nullptr;  // where the input lay when exchange_ was made

  std::string output_;   // what is to be sent next
  std::string sending_;  // what is being sent, with the two behind it
  std::shared_ptr<const std::string> sending_shared_;
  std::shared_ptr<EventStream> events_;  // while kStreaming
};

}  // namespace presences::gateway::http
