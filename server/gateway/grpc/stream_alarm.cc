#include "server/gateway/grpc/stream_alarm.h"

#include <utility>

namespace presences::gateway {

// An alarm that dies is cancelled, which calls it: never with the mutex held.

void StreamAlarm::Set(std::chrono::system_clock::time_point when, std::function<void()> action) {
  auto alarm = std::make_unique<grpc::Alarm>();
  MutexLock lock(mutex_);
  if (stopped_) return;
  alarm_.swap(alarm);
  alarm_->Set(when, [action = std::move(action)](bool due) {
    if (due) action();
  });
}

void StreamAlarm::Clear() {
  std::unique_ptr<grpc::Alarm> former;
  MutexLock lock(mutex_);
  alarm_.swap(former);
}

void StreamAlarm::Stop() {
  std::unique_ptr<grpc::Alarm> former;
  MutexLock lock(mutex_);
  stopped_ = true;
  alarm_.swap(former);
}

}  // namespace presences::gateway
