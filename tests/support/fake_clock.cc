#include "tests/support/fake_clock.h"

#include <algorithm>

namespace presences::testing {

using std::chrono::milliseconds;

FakeClock::FakeClock() : wall_(milliseconds(1'893'456'000'000)) {}

TimePoint FakeClock::Now() const {
  MutexLock lock(mutex_);
  return wall_;
}

MonotonicTime FakeClock::Monotonic() const {
  MutexLock lock(mutex_);
  return monotonic_;
}

void FakeClock::WaitFor(MutexLock& lock, CondVar& cv, milliseconds timeout) {
  {
    MutexLock own(mutex_);
    waiting_.push_back(&cv);
  }
  // The short real wait covers an Advance between the caller's check and its wait: the caller's
  // mutex is not ours, so that notification can be missed. It bounds a retry, it proves nothing.
  cv.WaitFor(lock, std::min(timeout, milliseconds(5)));
  MutexLock own(mutex_);
  waiting_.erase(std::find(waiting_.begin(), waiting_.end(), &cv));
}

void FakeClock::Advance(milliseconds by) {
  {
    MutexLock lock(mutex_);
    wall_ += by;
    monotonic_ += by;
  }
  WakeAll();
}

void FakeClock::SetWall(TimePoint now) {
  {
    MutexLock lock(mutex_);
    wall_ = now;
  }
  WakeAll();
}

void FakeClock::WakeAll() {
  MutexLock lock(mutex_);
  for (CondVar* cv : waiting_) cv->NotifyAll();
}

}  // namespace presences::testing
