// LineLimiter: lets so many lines a second through, and counts the others for the next one.
//
// Threads: any. Lock order: its mutex alone.
#pragma once

#include <cstdint>
#include <optional>

#include "server/base/clock.h"
#include "server/base/mutex.h"

namespace presences {

class LineLimiter {
 public:
  LineLimiter(int per_second, const Clock& clock) : per_second_(per_second), clock_(clock) {}

  // nullopt: not this one. Otherwise how many were held back since the last that was let through.
  std::optional<std::uint64_t> Admit();

 private:
  const int per_second_;
  const Clock& clock_;
  Mutex mutex_;
  MonotonicTime second_ GUARDED_BY(mutex_);  // when the current one began
  int admitted_ GUARDED_BY(mutex_) = 0;      // in it
  std::uint64_t suppressed_ GUARDED_BY(mutex_) = 0;
  bool started_ GUARDED_BY(mutex_) = false;
};

}  // namespace presences
