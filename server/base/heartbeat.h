// Heartbeat: how a thread shows that it makes progress, for whoever watches over all of them.
//
//   heart.Beat();                         // at work, and getting on
//   { Heartbeat::AtDevice wait(heart); log.Append(batch); }
//   heart.Rest();                         // nothing to do
//
// A thread that has work and has not beaten for long is stuck, most likely in a deadlock. One that
// waits for a device is not: the disk is slow, and a restart would not make it faster (ADR 0018).
// Who hands work to a resting thread says Expect(), so that a wake-up that got lost shows too. A
// thread that wakes by itself now and then need not rest: it beats each time.
//
// Threads: any. Beat, Rest and AtDevice belong to the thread that works, or to whoever holds the
// right to work at the moment; Expect any.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "server/base/clock.h"
#include "server/base/mutex.h"

namespace presences {

class Heartbeat {
 public:
  Heartbeat(std::string thread, const Clock& clock);

  void Beat() { state_.store(Now(), std::memory_order_relaxed); }
  void Rest() { state_.store(kResting, std::memory_order_relaxed); }
  // Work is there: from now on a thread that rests has to beat.
  void Expect();

  // For a scope in which the thread waits for storage.
  class AtDevice {
   public:
    explicit AtDevice(Heartbeat& heart) : heart_(heart) {
      heart_.state_.store(-heart_.Now(), std::memory_order_relaxed);
    }
    ~AtDevice() { heart_.Beat(); }
    AtDevice(const AtDevice&) = delete;
    AtDevice& operator=(const AtDevice&) = delete;

   private:
    Heartbeat& heart_;
  };

  // What it was last known to do, and for how long.
  struct Sign {
    enum class Doing { kResting, kWorking, kAtDevice };
    std::string thread;
    Doing doing = Doing::kResting;
    std::chrono::nanoseconds silent{0};  // since the last beat; 0 while resting
  };
  Sign Look() const;

 private:
  static constexpr std::int64_t kResting = 0;

  // Never kResting.
  std::int64_t Now() const;

  const std::string thread_;
  const Clock& clock_;
  // When it last beat, in nanoseconds of the monotonic clock; negative while at a device.
  std::atomic<std::int64_t> state_{kResting};
};

// The heartbeats of a process. Threads: any.
class Heartbeats {
 public:
  explicit Heartbeats(const Clock& clock) : clock_(clock) {}

  // Resting, until it says otherwise; lives as long as this.
  Heartbeat& Add(const std::string& thread);
  std::vector<Heartbeat::Sign> Look() const;

  // Where beats that nobody watches go; lives for ever. For tests and tools.
  static Heartbeats& None();

 private:
  const Clock& clock_;
  bool keeps_ = true;
  mutable Mutex mutex_;  // leaf lock
  std::deque<Heartbeat> hearts_ GUARDED_BY(mutex_);
};

}  // namespace presences
