#include "server/base/line_limiter.h"

#include <chrono>
#include <utility>

namespace presences {

std::optional<std::uint64_t> LineLimiter::Admit() {
  const MonotonicTime now = clock_.Monotonic();
  MutexLock lock(mutex_);
  if (!std::exchange(started_, true) || now - second_ >= std::chrono::seconds(1)) {
    second_ = now;
    admitted_ = 0;
  }
  if (admitted_ >= per_second_) {
    ++suppressed_;
    return std::nullopt;
  }
  ++admitted_;
  return std::exchange(suppressed_, 0);
}

}  // namespace presences
