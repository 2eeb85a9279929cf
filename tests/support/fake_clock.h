// FakeClock: time that moves only when the test says so.
//
// Advance wakes every thread that waits on the clock, so a thread under test sees the new time at
// once and no test sleeps.
//
// Threads: any.
#pragma once

#include <vector>

#include "server/base/clock.h"
#include "server/base/mutex.h"

namespace presences::testing {

class FakeClock final : public Clock {
 public:
  // Starts at 2030-01-01T00:00:00Z.
  FakeClock();

  TimePoint Now() const override;
  MonotonicTime Monotonic() const override;
  // Returns after a notification of `cv`, or any Advance or SetWall.
  void WaitFor(MutexLock& lock, CondVar& cv, std::chrono::milliseconds timeout) override;

  // Moves wall and monotonic time.
  void Advance(std::chrono::milliseconds by);
  // Moves the wall clock alone, as an operator or NTP would.
  void SetWall(TimePoint now);

 private:
  void WakeAll();

  mutable Mutex mutex_;
  TimePoint wall_ GUARDED_BY(mutex_);
  MonotonicTime monotonic_ GUARDED_BY(mutex_){};
  std::vector<CondVar*> waiting_ GUARDED_BY(mutex_);
};

}  // namespace presences::testing
