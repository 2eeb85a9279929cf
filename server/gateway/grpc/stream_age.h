// StreamAge: when a stream that has lasted long enough is sent on, so that clients spread anew
// over the servers that there are by then.
//
// Threads: any (pure functions).
#pragma once

#include <chrono>
#include <optional>

#include "absl/status/status.h"

namespace presences::gateway {

// The end of a stream that begins at `now`: 80-90 % of `max_connection_age` later, so that it ends
// itself before gRPC asks its connection to (which takes 90-110 %). nullopt: 0 is for ever.
std::optional<std::chrono::system_clock::time_point> EndOfStream(
    std::chrono::system_clock::time_point now, std::chrono::milliseconds max_connection_age);

// What a stream without subscriptions ends with when it is sent on, by age or because the server
// stops. UNAVAILABLE, with a delay to come back after.
absl::Status SentOn();

}  // namespace presences::gateway
