// Waiter: a wait that another thread can end for good.
//
// Threads: any.
#pragma once

#include <chrono>

#include "server/base/clock.h"
#include "server/base/mutex.h"

namespace presences::client {

class Waiter {
 public:
  explicit Waiter(Clock& clock) : clock_(clock) {}

  // Waits. False: cancelled, before or meanwhile.
  bool Wait(std::chrono::milliseconds time) EXCLUDES(mutex_);
  // Ends the current and every later wait.
  void Cancel() EXCLUDES(mutex_);
  bool cancelled() const EXCLUDES(mutex_);

 private:
  Clock& clock_;
  mutable Mutex mutex_;
  CondVar wake_;
  bool cancelled_ GUARDED_BY(mutex_) = false;
};

}  // namespace presences::client
