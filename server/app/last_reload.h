// LastReload: what came of the newest SIGHUP, for /statusz and metrics.
//
// Threads: any.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/base/clock.h"
#include "server/base/mutex.h"

namespace presences::app {

struct ReloadOutcome {
  TimePoint time;
  std::string error;                 // empty: taken over
  std::vector<std::string> changed;  // keys, when it was taken over
};

class LastReload {
 public:
  void Set(ReloadOutcome outcome) {
    MutexLock lock(mutex_);
    outcome_ = std::move(outcome);
  }
  // nullopt: none since the start.
  std::optional<ReloadOutcome> Get() const {
    MutexLock lock(mutex_);
    return outcome_;
  }

 private:
  mutable Mutex mutex_;  // leaf lock
  std::optional<ReloadOutcome> outcome_ GUARDED_BY(mutex_);
};

}  // namespace presences::app
