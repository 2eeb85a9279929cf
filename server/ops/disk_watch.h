// DiskWatch: how much room is left where the data is, looked up now and then.
//
// By a thread of its own: asking a file system that hangs does not return, and whoever answers
// probes must not wait for it.
//
// Threads: any; owns one thread.
#pragma once

#include <string>

#include "server/base/clock.h"
#include "server/base/heartbeat.h"
#include "server/base/metrics.h"
#include "server/base/mutex.h"
#include "server/base/thread.h"

namespace presences::ops {

class DiskWatch {
 public:
  DiskWatch(std::string path, Clock& clock, Metrics& metrics, Heartbeats& heartbeats);
  ~DiskWatch();

 private:
  void Loop();
  void Look();

  const std::string path_;
  Clock& clock_;
  Gauge& free_;
  Gauge& size_;
  Heartbeat& heart_;
  Mutex mutex_;
  CondVar cv_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  Thread thread_;  // last: starts when everything else exists
};

}  // namespace presences::ops
