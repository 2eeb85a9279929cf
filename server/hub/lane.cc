#include "server/hub/lane.h"

#include <iterator>
#include <utility>

namespace presences::hub {

Lane::Lane(const std::string& name, Clock& clock, std::chrono::milliseconds period,
           std::function<void()> housekeeping)
    : clock_(clock),
      period_(period),
      housekeeping_(std::move(housekeeping)),
      thread_(name, [this] { Run(); }) {}

Lane::~Lane() { Stop(); }

void Lane::Schedule(SessionPtr session) {
  MutexLock lock(mutex_);
  queue_.push_back(std::move(session));
  if (queue_.size() == 1) cv_.NotifyOne();
}

void Lane::Schedule(std::vector<SessionPtr> sessions) {
  if (sessions.empty()) return;
  MutexLock lock(mutex_);
  const bool was_empty = queue_.empty();
  queue_.insert(queue_.end(), std::make_move_iterator(sessions.begin()),
                std::make_move_iterator(sessions.end()));
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
  MonotonicTime next = clock_.Monotonic() + period_;
  MutexLock lock(mutex_);
  while (!stopping_) {
    if (clock_.Monotonic() >= next) {
      next = clock_.Monotonic() + period_;
      lock.Unlock();
      housekeeping_();
      lock.Lock();
      continue;
    }
    if (queue_.empty()) {
      clock_.WaitFor(lock, cv_, period_);
      continue;
    }
    SessionPtr session = std::move(queue_.front());
    queue_.pop_front();
    lock.Unlock();
    session->TakeTurn();
    session.reset();
    lock.Lock();
  }
}

}  // namespace presences::hub
