// TraceContext: where a request stands in a distributed trace (W3C Trace Context, level 1).
//
// Threads: any (pure functions over values).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace presences {

// One span: the contents of a `traceparent`.
struct TraceSpan {
  std::uint64_t trace_high = 0;  // the trace's id; never all zero
  std::uint64_t trace_low = 0;
  std::uint64_t span = 0;  // never zero
  bool sampled = false;    // somebody records this trace
};

// nullopt: it is none by the letter of the standard, and no trace is to be continued.
std::optional<TraceSpan> ParseTraceParent(absl::string_view text);
// Version 00.
std::string FormatTraceParent(const TraceSpan& span);
// 32 and 16 hexadecimal digits.
std::string TraceIdOf(const TraceSpan& span);
std::string SpanIdOf(std::uint64_t span);

// Whether `text` is a `tracestate` that may be passed on: at most 512 bytes and 32 members, each
// key once.
bool IsTraceState(absl::string_view text);

// A request's own span.
struct TraceContext {
  TraceSpan self;
  std::uint64_t parent = 0;  // the caller's span; 0: this is the root
  std::string state;         // tracestate, passed on as it came
};

// Our span below the caller's. `state` is dropped unless it is a tracestate.
TraceContext ContinueTrace(const TraceSpan& parent, absl::string_view state);
// The sampled root of a trace.
TraceContext StartTrace();

}  // namespace presences
