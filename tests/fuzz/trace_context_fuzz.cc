// Trace context: a traceparent on the first line, a tracestate on the second. What is read says the
// same when it is written again, and a span below it stays in its trace.
#include <string>

#include "server/base/request_context.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace presences;  // NOLINT(google-build-using-namespace)
  const absl::string_view text = fuzz::Text(data, size);
  const absl::string_view first = text.substr(0, text.find('\n'));
  const absl::string_view state = text.size() > first.size() ? text.substr(first.size() + 1) : "";
  RequestId id;
  PRESENCES_CHECK(id.Take(state) == (id.is_given() && id.text() == state));
  const auto span = ParseTraceParent(first);
  if (!span) return 0;
  const std::string written = FormatTraceParent(*span);
  PRESENCES_CHECK(written.substr(2, 51) == first.substr(2, 51));
  const auto again = ParseTraceParent(written);
  PRESENCES_CHECK(again && again->span == span->span && again->sampled == span->sampled);
  const TraceContext below = ContinueTrace(*span, state);
  PRESENCES_CHECK(TraceIdOf(below.self) == TraceIdOf(*span) && below.parent == span->span);
  PRESENCES_CHECK(below.state.empty() || IsTraceState(below.state));
  return 0;
}
