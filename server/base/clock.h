// Clock: the only source of time, and of waiting for it.
//
// Record times are wall-clock milliseconds, because they are compared with what clients send.
// Latencies and time-outs use Monotonic(), which no operator can set back. Waiting belongs to the
// clock too: a fake that only tells the time cannot test a thread that sleeps until a deadline.
//
// Threads: any.
#pragma once

#include <chrono>
#include <vector>

#include "server/base/mutex.h"

namespace presences {

using TimePoint = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;
using MonotonicTime = std::chrono::steady_clock::time_point;

class Clock {
 public:
  virtual ~Clock() = default;

  // Wall-clock time, milliseconds since 1970 UTC.
  virtual TimePoint Now() const = 0;
  virtual MonotonicTime Monotonic() const = 0;

  // Waits on `cv` until it is notified, or about `timeout` has passed on this clock. May return
  // early; callers loop on their condition. REQUIRES: `lock` is held.
  virtual void WaitFor(MutexLock& lock, CondVar& cv, std::chrono::milliseconds timeout) = 0;

  // The machine's own clock; lives for ever.
  static Clock& System();
};

}  // namespace presences
