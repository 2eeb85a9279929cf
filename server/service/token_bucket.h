// TokenBucket: a rate with a burst.
//
// Threads: any.
#pragma once

#include "server/base/clock.h"
#include "server/base/mutex.h"

namespace presences::service {

class TokenBucket {
 public:
  // `per_second` tokens come back each second, up to `burst`; starts full.
  TokenBucket(double per_second, double burst, const Clock& clock);

  // Takes `tokens` if that many are there. A request larger than the burst is let through when
  // the bucket is full, and leaves it in debt.
  bool Take(double tokens);

 private:
  const double per_second_;
  const double burst_;
  const Clock& clock_;
  Mutex mutex_;
  double tokens_ GUARDED_BY(mutex_);
  MonotonicTime updated_ GUARDED_BY(mutex_);
};

}  // namespace presences::service
