#include "client/reconnector.h"

#include <utility>

namespace presences::client {

Reconnector::Reconnector(const RetryPolicy& policy, Clock& clock, std::uint64_t seed,
                         ReconnectCallback on_reconnect)
    : policy_(policy),
      clock_(clock),
      on_reconnect_(std::move(on_reconnect)),
      backoff_(policy, seed),
      waiter_(clock) {}

void Reconnector::Progress() {
  backoff_.Reset();
  broken_since_.reset();
}

absl::Status Reconnector::Await(const absl::Status& why) {
  const absl::Status cancelled = absl::CancelledError("ended by its owner");
  if (waiter_.cancelled()) return cancelled;
  if (!IsRetryableStream(why)) return why;
  const std::chrono::milliseconds wait = backoff_.Next(why);
  if (!broken_since_) broken_since_ = clock_.Monotonic();
  const bool patient = policy_.give_up_after.count() == 0 ||
                       clock_.Monotonic() + wait <= *broken_since_ + policy_.give_up_after;
  if (!patient) return why;
  if (on_reconnect_) on_reconnect_(why, wait);
  return waiter_.Wait(wait) ? absl::OkStatus() : cancelled;
}

}  // namespace presences::client
