#include "client/cli/bench/pacer.h"

#include <algorithm>

namespace presences::cli {

Pacer::Pacer(Clock& clock, double rate, std::chrono::milliseconds duration)
    : clock_(clock),
      rate_(rate),
      start_(clock.Monotonic()),
      until_(start_ + duration),
      waiter_(clock) {}

std::optional<Pacer::Slot> Pacer::Next() {
  const std::uint64_t number = next_.fetch_add(1, std::memory_order_relaxed);
  MonotonicTime now = clock_.Monotonic();
  const MonotonicTime due =
      rate_ == 0 ? now
                 : start_ + std::chrono::duration_cast<std::chrono::nanoseconds>(
                                std::chrono::duration<double>(static_cast<double>(number) / rate_));
  if (due >= until_ || waiter_.cancelled()) return std::nullopt;
  auto early = std::chrono::floor<std::chrono::milliseconds>(due - now);
  while (early.count() > 0) {
    if (!waiter_.Wait(early)) return std::nullopt;
    now = clock_.Monotonic();
    early = std::chrono::floor<std::chrono::milliseconds>(due - now);
  }
  return Slot{number, std::min(due, now)};
}

}  // namespace presences::cli
