#include "server/base/clock.h"

namespace presences {
namespace {

class SystemClock final : public Clock {
 public:
  TimePoint Now() const override {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now());
  }
  MonotonicTime Monotonic() const override { return std::chrono::steady_clock::now(); }
  void WaitFor(MutexLock& lock, CondVar& cv, std::chrono::milliseconds timeout) override {
    cv.WaitFor(lock, timeout);
  }
};

}  // namespace

Clock& Clock::System() {
  static SystemClock* const clock = new SystemClock;
  return *clock;
}

}  // namespace presences
