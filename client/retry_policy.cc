#include "client/retry_policy.h"

#include <algorithm>

#include "client/error_details.h"

namespace presences::client {

using std::chrono::milliseconds;

bool IsRetryable(const absl::Status& status) {
  if (absl::IsUnavailable(status)) return true;
  return absl::IsResourceExhausted(status) && RetryDelayOf(status).has_value();
}

bool IsRetryableStream(const absl::Status& status) {
  if (IsRetryable(status)) return true;
  // A server that cuts a stuck stream can only reset it.
  if (absl::IsCancelled(status)) return true;
  return absl::IsResourceExhausted(status) && ReasonOf(status) == "SLOW_CONSUMER";
}

Backoff::Backoff(const RetryPolicy& policy, std::uint64_t seed)
    : policy_(policy), step_(policy.initial_backoff), random_(seed) {}

milliseconds Backoff::Next(const absl::Status& status) {
  std::uniform_int_distribution<milliseconds::rep> jitter(step_.count() / 2, step_.count());
  const milliseconds wait(jitter(random_));
  step_ =
      std::min(policy_.max_backoff, milliseconds(static_cast<milliseconds::rep>(
                                        static_cast<double>(step_.count()) * policy_.multiplier)));
  return std::max(wait, RetryDelayOf(status).value_or(milliseconds(0)));
}

}  // namespace presences::client
