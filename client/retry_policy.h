// RetryPolicy: when and how long to wait before trying again. The only retry in the system: the
// server fails fast with a reason, and nothing between repeats a call.
//
// Threads: RetryPolicy is plain data; Backoff one at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <random>

#include "absl/status/status.h"

namespace presences::client {

struct RetryPolicy {
  std::chrono::milliseconds initial_backoff{100};
  std::chrono::milliseconds max_backoff{10'000};
  double multiplier = 2.0;
  // Bounds a unary call, retries included.
  std::chrono::milliseconds call_timeout{10'000};
  // How often a unary call is made before its failure is passed on; 0: until the time is up.
  int max_attempts = 0;
  // A stream that has found no working connection for this long ends with the last failure; 0:
  // never.
  std::chrono::milliseconds give_up_after{0};
};

// Told before each wait for a new connection of a stream: what ended the last one, and how long the
// wait is. Runs on the thread that reads the stream, and must not call into it.
using ReconnectCallback =
    std::function<void(const absl::Status& why, std::chrono::milliseconds wait)>;

// Says whether a call that ended with `status` may be made again: the server was not reached or is
// going away (UNAVAILABLE), or it refused for the moment and says for how long (RESOURCE_EXHAUSTED
// with RetryInfo).
bool IsRetryable(const absl::Status& status);

// The same for streams, which also break in ways that say nothing about the request: a stream cut
// by the other end, or ended because its reader was too slow.
bool IsRetryableStream(const absl::Status& status);

// Waits that grow, with jitter, so that clients that broke together do not come back together.
class Backoff {
 public:
  // `seed` fixes the jitter.
  Backoff(const RetryPolicy& policy, std::uint64_t seed);

  // The next wait: between half and all of the current step, and never shorter than what the
  // server asked for in `status`.
  std::chrono::milliseconds Next(const absl::Status& status);
  // Begins anew, as after any progress.
  void Reset() { step_ = policy_.initial_backoff; }

 private:
  const RetryPolicy policy_;
  std::chrono::milliseconds step_;
  std::mt19937_64 random_;
};

}  // namespace presences::client
