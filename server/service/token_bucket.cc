#include "server/service/token_bucket.h"

#include <algorithm>

namespace presences::service {

TokenBucket::TokenBucket(const Clock& clock) : clock_(clock), updated_(clock.Monotonic()) {}

bool TokenBucket::Take(double tokens, const Rate& rate) {
  if (rate.per_second == 0) return true;
  const MonotonicTime now = clock_.Monotonic();
  MutexLock lock(mutex_);
  const std::chrono::duration<double> passed = now - updated_;
  updated_ = now;
  double there =
      std::min(rate.burst, tokens_ ? *tokens_ + passed.count() * rate.per_second : rate.burst);
  const bool enough = there >= std::min(tokens, rate.burst);
  if (enough) there -= tokens;
  tokens_ = there;
  return enough;
}

}  // namespace presences::service
