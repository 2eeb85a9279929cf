// Reconnector: decides after each broken connection of a stream whether and when to make a new one.
//
// Threads: the stream's reader; Cancel and cancelled any.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "client/retry_policy.h"
#include "client/waiter.h"
#include "server/base/clock.h"

namespace presences::client {

class Reconnector {
 public:
  Reconnector(const RetryPolicy& policy, Clock& clock, std::uint64_t seed,
              ReconnectCallback on_reconnect);

  // The connection works: waits are short again, and patience is whole.
  void Progress();

  // Waits after a connection that ended with `why`. OK: connect again. Otherwise the stream is
  // over: a refusal as it is, CANCELLED after Cancel, or `why` when the patience is used up.
  absl::Status Await(const absl::Status& why);

  // Ends a wait and makes every later Await answer CANCELLED.
  void Cancel() { waiter_.Cancel(); }
  bool cancelled() const { return waiter_.cancelled(); }

 private:
  const RetryPolicy policy_;
  Clock& clock_;
  const ReconnectCallback on_reconnect_;
  Backoff backoff_;
  std::optional<MonotonicTime> broken_since_;  // without progress in between
  Waiter waiter_;
};

}  // namespace presences::client
