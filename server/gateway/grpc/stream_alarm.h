// StreamAlarm: at most one thing that a stream will do later.
//
// Threads: any; actions run on gRPC's threads. Lock order: its mutex alone.
#pragma once

#include <grpcpp/alarm.h>

#include <chrono>
#include <functional>
#include <memory>

#include "server/base/mutex.h"

namespace presences::gateway {

class StreamAlarm {
 public:
  // In the place of what was set before. `action` keeps alive what it needs.
  void Set(std::chrono::system_clock::time_point when, std::function<void()> action);
  void Clear();
  // Clears, for good.
  void Stop();

 private:
  Mutex mutex_;
  std::unique_ptr<grpc::Alarm> alarm_ GUARDED_BY(mutex_);
  bool stopped_ GUARDED_BY(mutex_) = false;
};

}  // namespace presences::gateway
