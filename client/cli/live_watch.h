// LiveWatch: a table on the terminal that follows a subscription until q or Ctrl-C.
//
// Threads: confined to the main thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/cli/session.h"
#include "client/presence.h"
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

struct ScreenSize {
  std::size_t width = 80;
  std::size_t height = 24;
};
// What one picture holds: a head line, the table as far as there is room, and `state`.
std::vector<std::string> ScreenLines(const std::vector<client::Presence>& records, TimePoint now,
                                     ScreenSize size, absl::string_view state);

}  // namespace presences::cli
