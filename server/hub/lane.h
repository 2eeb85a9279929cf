// Lane: a thread that gives waiting readers their turn, in order of arrival.
//
// Threads: any. Lock order: its queue's mutex alone.
#pragma once

#include <deque>
#include <functional>
#include <vector>

#include "server/base/clock.h"
#include "server/base/heartbeat.h"
#include "server/base/mutex.h"
#include "server/base/thread.h"
#include "server/hub/reader.h"

namespace presences::hub {

class Lane {
 public:
  // `housekeeping` runs on the lane about every `period`, between turns.
  Lane(const std::string& name, Clock& clock, std::chrono::milliseconds period,
       std::function<void()> housekeeping, Heartbeat& heart);
  ~Lane();

  void Schedule(ReaderPtr reader);
  void Schedule(std::vector<ReaderPtr> readers);
  void Stop();

 private:
  void Run();

  Clock& clock_;
  const std::chrono::milliseconds period_;
  const std::function<void()> housekeeping_;
  Heartbeat& heart_;
  MonotonicTime next_housekeeping_;  // of the thread, which may start late

  Mutex mutex_;
  CondVar cv_;
  std::deque<ReaderPtr> queue_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
  Thread thread_;  // last: starts when everything else exists
};

}  // namespace presences::hub
