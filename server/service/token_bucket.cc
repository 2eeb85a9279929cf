#include "server/service/token_bucket.h"

#include <algorithm>

namespace presences::service {

TokenBucket::TokenBucket(double per_second, double burst, const Clock& clock)
    : per_second_(per_second),
      burst_(burst),
      clock_(clock),
      tokens_(burst),
      updated_(clock.Monotonic()) {}

bool TokenBucket::Take(double tokens) {
  const MonotonicTime now = clock_.Monotonic();
  MutexLock lock(mutex_);
  const std::chrono::duration<double> passed = now - updated_;
  updated_ = now;
  tokens_ = std::min(burst_, tokens_ + passed.count() * per_second_);
  if (tokens_ < std::min(tokens, burst_)) return false;
  tokens_ -= tokens;
  return true;
}

}  // namespace presences::service
