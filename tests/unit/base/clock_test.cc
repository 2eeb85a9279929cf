// The system clock, and the fake one that all other tests trust.

#include "server/base/clock.h"

#include <thread>

#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"

namespace presences {
namespace {

using ::presences::testing::FakeClock;
using std::chrono::hours;
using std::chrono::milliseconds;

TEST(FakeClockTest, StandsStillUntilAdvanced) {
  FakeClock clock;
  const TimePoint start = clock.Now();
  const MonotonicTime monotonic = clock.Monotonic();
  EXPECT_EQ(start, TimePoint(std::chrono::sys_days(std::chrono::year(2030) / 1 / 1)));
  EXPECT_EQ(clock.Now(), start);
  clock.Advance(milliseconds(1'500));
  EXPECT_EQ(clock.Now() - start, milliseconds(1'500));
  EXPECT_EQ(clock.Monotonic() - monotonic, milliseconds(1'500));
}

TEST(FakeClockTest, SetWallLeavesMonotonicTimeAlone) {
  FakeClock clock;
  const MonotonicTime monotonic = clock.Monotonic();
  const TimePoint earlier = clock.Now() - hours(1);
  clock.SetWall(earlier);
  EXPECT_EQ(clock.Now(), earlier);
  EXPECT_EQ(clock.Monotonic(), monotonic);
}

// Waits on `clock` until it says `deadline`, as a thread under test would.
void WaitUntil(FakeClock& clock, TimePoint deadline) {
  Mutex mutex;
  CondVar cv;
  MutexLock lock(mutex);
  while (clock.Now() < deadline) clock.WaitFor(lock, cv, hours(1));
}

TEST(FakeClockTest, AdvanceReleasesAWaiterThatWouldWaitForAnHour) {
  FakeClock clock;
  std::thread waiter([&, deadline = clock.Now() + hours(1)] { WaitUntil(clock, deadline); });
  clock.Advance(hours(1));
  waiter.join();
}

TEST(FakeClockTest, SetWallReleasesAWaiter) {
  FakeClock clock;
  const TimePoint deadline = clock.Now() + hours(1);
  std::thread waiter([&] { WaitUntil(clock, deadline); });
  clock.SetWall(deadline);
  waiter.join();
}

TEST(SystemClockTest, MovesForward) {
  Clock& clock = Clock::System();
  const TimePoint wall = clock.Now();
  EXPECT_GT(wall, TimePoint(std::chrono::sys_days(std::chrono::year(2024) / 1 / 1)));
  const MonotonicTime before = clock.Monotonic();
  Mutex mutex;
  CondVar cv;
  MutexLock lock(mutex);
  while (clock.Monotonic() - before < milliseconds(2)) clock.WaitFor(lock, cv, milliseconds(1));
  EXPECT_GE(clock.Monotonic() - before, milliseconds(2));
  EXPECT_EQ(&clock, &Clock::System());
}

TEST(SystemClockTest, NotificationEndsAWait) {
  Clock& clock = Clock::System();
  Mutex mutex;
  CondVar cv;
  bool ready = false;
  std::thread notifier([&] {
    MutexLock lock(mutex);
    ready = true;
    cv.NotifyAll();
  });
  {
    MutexLock lock(mutex);
    while (!ready) clock.WaitFor(lock, cv, hours(1));
  }
  notifier.join();
}

}  // namespace
}  // namespace presences
