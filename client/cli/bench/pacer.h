// Pacer: tells callers when to begin their next call.
//
// With a rate the times are fixed beforehand (an open loop): when the server is slow, calls pile up
// and their waiting counts as latency, as it would for users. Without one a call begins as soon as
// a caller is free (a closed loop), and a slow server is simply asked less often.
//
// Threads: any.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "client/waiter.h"
#include "server/base/clock.h"

namespace presences::cli {

class Pacer {
 public:
  struct Slot {
    std::uint64_t number;
    // The call's latency counts from here: its time, or the moment it began if that was earlier.
    MonotonicTime from;
  };

  // `rate` calls a second; 0: a closed loop.
  Pacer(Clock& clock, double rate, std::chrono::milliseconds duration);

  // Waits for the next call's time, and begins it up to a millisecond early. nullopt: it is over.
  std::optional<Slot> Next();
  // Over for everybody.
  void Stop() { waiter_.Cancel(); }

  MonotonicTime start() const { return start_; }

 private:
  Clock& clock_;
  const double rate_;
  const MonotonicTime start_;
  const MonotonicTime until_;
  std::atomic<std::uint64_t> next_{0};
  client::Waiter waiter_;
};

}  // namespace presences::cli
