// Exchange: one request on its way through the gateway, and what is to be answered.
//
// Made when the header is there, handed to whoever answers, and back to its connection.
//
// Threads: one at a time; it is moved between them.
#pragma once

#include <google/protobuf/arena.h>

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "proto/runtime/event_stream.h"
#include "proto/runtime/route_table.h"
#include "server/api/presences_api.h"
#include "server/auth/principal.h"
#include "server/base/clock.h"
#include "server/base/request_context.h"
#include "server/gateway/http/http_request.h"
#include "server/hub/session.h"
#include "server/hub/sink.h"

namespace presences::gateway::http {

class RouteMetrics;
struct Exchange;
using ExchangePtr = std::unique_ptr<Exchange>;

// What a web page or a document at a fixed path is.
struct Page {
  std::string content_type;
  std::string body;
};

// Where answers go: the connection.
class Responder {
 public:
  virtual ~Responder() = default;

  // The exchange has its answer. Any thread; may be called before RequestHandler::Handle returns.
  virtual void Answer(ExchangePtr exchange) = 0;

  // The answer is a stream. Both only while Handle runs. OpenStream makes the sink of a session,
  // which takes nothing before StartStream; without that it is simply dropped.
  virtual std::shared_ptr<hub::Sink> OpenStream(transcode::StreamFormat format) = 0;
  virtual void StartStream(ExchangePtr exchange, hub::SessionPtr session) = 0;
};

struct Exchange {
  enum class Kind {
    kUnmatched,  // neither path nor method is known
    kPreflight,
    kPage,
    kCall,     // a method of the services
    kUpgrade,  // a WebSocket
    kRefused,  // never understood: `status` says why
  };

  Exchange(const HttpRequest& the_request, const Peer& the_peer)
      : request(the_request), peer(the_peer) {}

  const HttpRequest& request;  // the connection's; as long as the exchange is not answered
  const Peer& peer;
  std::shared_ptr<Responder> responder;
  TimePoint now;          // when its header was there
  MonotonicTime started;  // the same moment
  Kind kind = Kind::kUnmatched;
  const RouteMetrics* metrics = nullptr;
  const Page* page = nullptr;
  transcode::RouteTable::Match match;  // of kCall

  RequestContext context;
  std::string project;  // as named, or the only one
  std::string allow_origin;
  bool origin_refused = false;

  // The outcome.
  absl::Status status;
  api::CallNotes notes;
  auth::PrincipalPtr principal;                   // null until it is known
  std::optional<transcode::StreamFormat> stream;  // the answer is a stream
  service::ConnectionSlot slot;                   // of the stream

  // The messages of a call live in the arena, whose first block is part of the exchange.
  google::protobuf::Message* in = nullptr;
  google::protobuf::Message* out = nullptr;

 private:
  static google::protobuf::ArenaOptions FirstBlock(char* block, std::size_t size) {
    google::protobuf::ArenaOptions options;
    options.initial_block = block;
    options.initial_block_size = size;
    return options;
  }

  alignas(8) char first_block_[2048];

 public:
  google::protobuf::Arena arena{FirstBlock(first_block_, sizeof first_block_)};
};

}  // namespace presences::gateway::http
