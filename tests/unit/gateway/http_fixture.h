// HttpFixture: the HTTP gateway over a MemoryStack, without sockets.
//
// Threads: one at a time.
#pragma once

#include <memory>
#include <string>

#include "server/gateway/http/request_handler.h"
#include "tests/support/counting_metrics.h"
#include "tests/support/fake_clock.h"
#include "tests/support/gateway/memory_stack.h"

namespace presences::testing {

class HttpFixture {
 public:
  explicit HttpFixture(std::unique_ptr<store::Log> log = store::MakeMemoryLog());

  // A request as bytes, from a row: "METHOD target\nHeader: value\n\nbody" with "\n" for line
  // ends. `as: alice` becomes a token of that user; `as: server`, reader, expired, closed: an API
  // key. Content-Length is added to a body; `project: x` becomes X-Appwrite-Project, which is demo
  // otherwise (`project: -`: none).
  std::string Request(absl::string_view row) const;

  FakeClock clock;
  CountingMetrics metrics;
  MemoryStack stack;
  gateway::http::RequestHandler handler;
};

// The value of a header in an answer; empty: none.
std::string HeaderOf(const std::string& answer, const std::string& name);
// What follows the head.
std::string BodyOf(const std::string& answer);

}  // namespace presences::testing
