// LiveWatch: a table on the terminal that follows a subscription until q, Esc or Ctrl-C.
//
// Threads: confined to the main thread.
#pragma once

#include <cstdint>
#include <optional>

#include "client/cli/session.h"
#include "client/retry_policy.h"
#include "client/stream_event.h"

namespace presences::cli {

struct LiveEnd {
  std::optional<std::uint64_t> count;  // ends after so many changes
  bool until_current = false;          // ends when the state is complete
};

// Answers the exit code. With a LiveEnd that was reached, the last table stays on the terminal.
int LiveWatch(const Session& session, client::SubscribeRequest request, client::RetryPolicy retry,
              const LiveEnd& end);

}  // namespace presences::cli
