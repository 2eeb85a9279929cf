#include "client/waiter.h"

namespace presences::client {

using std::chrono::milliseconds;

bool Waiter::Wait(milliseconds time) {
  const MonotonicTime until = clock_.Monotonic() + time;
  MutexLock lock(mutex_);
  while (!cancelled_) {
    const MonotonicTime now = clock_.Monotonic();
    if (now >= until) return true;
    clock_.WaitFor(lock, wake_, std::chrono::ceil<milliseconds>(until - now));
  }
  return false;
}

void Waiter::Cancel() {
  MutexLock lock(mutex_);
  cancelled_ = true;
  wake_.NotifyAll();
}

bool Waiter::cancelled() const {
  MutexLock lock(mutex_);
  return cancelled_;
}

}  // namespace presences::client
