// SteppingClock: a clock on which every wait is over at once, and remembered.
//
// For code whose waits nobody is to interrupt: the test needs no second thread to move the time.
//
// Threads: one at a time.
#pragma once

#include <vector>

#include "server/base/clock.h"

namespace presences::client {

class SteppingClock final : public Clock {
 public:
  TimePoint Now() const override { return wall_; }
  MonotonicTime Monotonic() const override { return monotonic_; }
  void WaitFor(MutexLock&, CondVar&, std::chrono::milliseconds timeout) override {
    waits.push_back(timeout);
    Advance(timeout);
  }
  void Advance(std::chrono::milliseconds by) {
    wall_ += by;
    monotonic_ += by;
  }

  std::vector<std::chrono::milliseconds> waits;

 private:
  TimePoint wall_{std::chrono::milliseconds(1'893'456'000'000)};  // 2030-01-01
  MonotonicTime monotonic_{};
};

}  // namespace presences::client
