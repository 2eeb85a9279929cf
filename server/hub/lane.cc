#include "server/hub/lane.h"

#include <iterator>
#include <utility>

namespace presences::hub {

Lane::Lane(const std::string& name, Clock& clock, std::chrono::milliseconds period,
           std::function<void()> housekeeping, Heartbeat& heart)
    : clock_(clock),
      period_(period),
      housekeeping_(std::move(housekeeping)),
      heart_(heart),
      next_housekeeping_(clock.Monotonic() + period),
      thread_(name, [this] { Run(); }) {}

Lane::~Lane() { Stop(); }

void Lane::Schedule(ReaderPtr reader) {
  MutexLock lock(mutex_);
  queue_.push_back(std::move(reader));
  if (queue_.size() == 1) cv_.NotifyOne();
}

void Lane::Schedule(std::vector<ReaderPtr> readers) {
  if (readers.empty()) return;
  MutexLock lock(mutex_);
  const bool was_empty = queue_.empty();
  queue_.insert(queue_.end(), std::make_move_iterator(readers.begin()),
                std::make_move_iterator(readers.end()));
  if (was_empty) cv_.NotifyOne();
}

void Lane::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    cv_.NotifyAll();
  }
  thread_.Join();
}

void Lane::Run() {
  MutexLock lock(mutex_);
  while (!stopping_) {
    heart_.Beat();
    if (const MonotonicTime now = clock_.Monotonic(); now >= next_housekeeping_) {
      next_housekeeping_ = now + period_;
      lock.Unlock();
      housekeeping_();
      lock.Lock();
      continue;
    }
    if (queue_.empty()) {
      clock_.WaitFor(lock, cv_, period_);
      continue;
    }
    ReaderPtr reader = std::move(queue_.front());
    queue_.pop_front();
    lock.Unlock();
    reader->TakeTurn();
    reader.reset();
    lock.Lock();
  }
  heart_.Rest();
}

}  // namespace presences::hub
