// RequestContext: what every log line of one request carries: its id and its place in a trace.
//
// It travels with the request from hop to hop, as a member of whatever the transport keeps per
// call; nothing of it is thread-local.
//
// Threads: one at a time; it is moved between them with its request.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "server/base/log_record.h"
#include "server/base/trace_context.h"

namespace presences {

// Who asks may name a request (x-request-id); otherwise a name is made when one is asked for.
class RequestId {
 public:
  static constexpr std::size_t kMaxSize = 64;

  // Takes the caller's, if it is 1-64 of A-Z a-z 0-9 . _ ~ : / + = @ -
  bool Take(absl::string_view given);
  // The id, made at the first call when there is none.
  absl::string_view text() const;
  bool is_given() const { return given_; }
  // The id of the `number`th part of this request: `<id>.<number>`, of an id cut to fit.
  RequestId Part(std::uint64_t number) const;

 private:
  mutable std::array<char, kMaxSize> text_{};
  mutable std::uint8_t size_ = 0;
  bool given_ = false;
};

struct RequestContext {
  RequestId id;
  std::optional<TraceContext> trace;  // the caller's, or a sampled one of ours

  bool is_sampled() const { return trace && trace->self.sampled; }
  // The caller named the request, or the trace it belongs to.
  bool is_callers() const { return id.is_given() || trace; }
  // That of a message which came on this one's stream or socket: a part of it, a span below it.
  RequestContext Message(std::uint64_t number) const;
  // request_id; with a trace, trace_id and span_id too.
  void AddTo(LogRecord& record) const;
};

}  // namespace presences
