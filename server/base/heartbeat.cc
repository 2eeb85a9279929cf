#include "server/base/heartbeat.h"

#include <algorithm>
#include <utility>

namespace presences {

Heartbeat::Heartbeat(std::string thread, const Clock& clock)
    : thread_(std::move(thread)), clock_(clock) {}

std::int64_t Heartbeat::Now() const {
  const std::chrono::nanoseconds now = clock_.Monotonic().time_since_epoch();
  return now.count() + 1;
}

void Heartbeat::Expect() {
  std::int64_t resting = kResting;
  state_.compare_exchange_strong(resting, Now(), std::memory_order_relaxed);
}

Heartbeat::Sign Heartbeat::Look() const {
  const std::int64_t state = state_.load(std::memory_order_relaxed);
  if (state == kResting) return {thread_, Sign::Doing::kResting, {}};
  const std::int64_t beat = state < 0 ? -state : state;
  return {thread_, state < 0 ? Sign::Doing::kAtDevice : Sign::Doing::kWorking,
          std::chrono::nanoseconds(std::max<std::int64_t>(0, Now() - beat))};
}

Heartbeat& Heartbeats::Add(const std::string& thread) {
  MutexLock lock(mutex_);
  if (keeps_ || hearts_.empty()) hearts_.emplace_back(thread, clock_);
  return hearts_.back();
}

std::vector<Heartbeat::Sign> Heartbeats::Look() const {
  MutexLock lock(mutex_);
  std::vector<Heartbeat::Sign> signs;
  signs.reserve(hearts_.size());
  for (const Heartbeat& heart : hearts_) signs.push_back(heart.Look());
  return signs;
}

Heartbeats& Heartbeats::None() {
  static Heartbeats* const none = [] {
    auto* made = new Heartbeats(Clock::System());
    made->keeps_ = false;
    return made;
  }();
  return *none;
}

}  // namespace presences
