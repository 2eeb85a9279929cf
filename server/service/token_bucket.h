// TokenBucket: a rate with a burst, both of which may change while it is used.
//
// Threads: any.
#pragma once

#include <optional>

#include "server/base/clock.h"
#include "server/base/mutex.h"

namespace presences::service {

class TokenBucket {
 public:
  struct Rate {
    double per_second;  // tokens that come back; 0: no limit
    double burst;       // how many there may be
  };

  // Starts full.
  explicit TokenBucket(const Clock& clock);

  // Takes `tokens` if that many are there. A request larger than the burst is let through when
  // the bucket is full, and leaves it in debt.
  bool Take(double tokens, const Rate& rate);

 private:
  const Clock& clock_;
  Mutex mutex_;
  std::optional<double> tokens_ GUARDED_BY(mutex_);  // nullopt: full
  MonotonicTime updated_ GUARDED_BY(mutex_);
};

}  // namespace presences::service
