#include "server/store/expiry_wheel.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "gmock/gmock.h"
#include "tests/support/seed.h"
#include "tests/support/store_harness.h"

namespace presences::store {
namespace {

using presences::testing::kEpoch2030;
using presences::testing::TestSeed;
using std::chrono::hours;
using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::size_t kUnbounded = 1 << 30;

// A wheel beside the plain map that it must agree with.
class WheelAndModel {
 public:
  void Set(Slot slot, TimePoint deadline) {
    const auto old = deadlines_.find(slot);
    const bool earlier = old != deadlines_.end() && deadline < old->second;
    deadlines_[slot] = deadline;
    if (!wheel_.IsFiled(slot) || earlier) wheel_.File(slot, deadline);
    taken_.erase(slot);
  }
  void Remove(Slot slot) {
    deadlines_.erase(slot);
    taken_.erase(slot);
    wheel_.Forget(slot);
  }
  std::vector<Slot> Take(TimePoint now, std::size_t max_visits = kUnbounded,
                         std::size_t max_due = kUnbounded) {
    std::vector<Slot> all, due;
    bool finished = false;
    while (!finished) {
      due.clear();
      finished = wheel_.Advance(
          now, max_visits, max_due, [this](Slot slot) { return deadlines_.at(slot); }, &due);
      EXPECT_LE(due.size(), max_due);
      all.insert(all.end(), due.begin(), due.end());
    }
    std::sort(all.begin(), all.end());
    return all;
  }
  std::vector<Slot> ExpectedAt(TimePoint now) {
    std::vector<Slot> due;
    for (const auto& [slot, deadline] : deadlines_) {
      if (deadline <= now && taken_.insert(slot).second) due.push_back(slot);
    }
    return due;
  }
  std::size_t memory_bytes() const { return wheel_.memory_bytes(); }

 private:
  ExpiryWheel wheel_;
  std::map<Slot, TimePoint> deadlines_;
  std::set<Slot> taken_;
};

TEST(ExpiryWheelTest, FiresAtTheMillisecondAndNotBefore) {
  WheelAndModel wheel;
  wheel.Set(7, kEpoch2030 + milliseconds(1003));
  for (int ms = 0; ms < 1003; ++ms) {
    ASSERT_THAT(wheel.Take(kEpoch2030 + milliseconds(ms)), IsEmpty());
  }
  EXPECT_THAT(wheel.Take(kEpoch2030 + milliseconds(1003)), ElementsAre(7));
  EXPECT_THAT(wheel.Take(kEpoch2030 + milliseconds(2000)), IsEmpty());
}

TEST(ExpiryWheelTest, RefreshIsMetAtItsNewTime) {
  WheelAndModel wheel;
  wheel.Set(1, kEpoch2030 + milliseconds(100));
  wheel.Set(1, kEpoch2030 + milliseconds(500));
  EXPECT_THAT(wheel.Take(kEpoch2030 + milliseconds(499)), IsEmpty());
  EXPECT_THAT(wheel.Take(kEpoch2030 + milliseconds(500)), ElementsAre(1));
}

TEST(ExpiryWheelTest, ShortenedTimeIsMetOnTime) {
  WheelAndModel wheel;
  wheel.Set(1, kEpoch2030 + hours(24 * 30));
  EXPECT_THAT(wheel.Take(kEpoch2030), IsEmpty());
  wheel.Set(1, kEpoch2030 + milliseconds(40));
  EXPECT_THAT(wheel.Take(kEpoch2030 + milliseconds(40)), ElementsAre(1));
}

TEST(ExpiryWheelTest, SlotUsedAgainDoesNotInheritTheOldEntry) {
  WheelAndModel wheel;
  wheel.Set(1, kEpoch2030 + milliseconds(40));
  wheel.Remove(1);
  wheel.Set(1, kEpoch2030 + milliseconds(80));
  EXPECT_THAT(wheel.Take(kEpoch2030 + milliseconds(79)), IsEmpty());
  EXPECT_THAT(wheel.Take(kEpoch2030 + milliseconds(80)), ElementsAre(1));
}

TEST(ExpiryWheelTest, TimesBeyondOneTurnWait) {
  WheelAndModel wheel;
  const milliseconds turn = ExpiryWheel::kTick * ExpiryWheel::kBuckets;
  wheel.Set(1, kEpoch2030 + turn * 3 + milliseconds(5));
  for (int quarter = 0; quarter < 12; ++quarter) {
    ASSERT_THAT(wheel.Take(kEpoch2030 + turn * quarter / 4), IsEmpty());
  }
  EXPECT_THAT(wheel.Take(kEpoch2030 + turn * 3 + milliseconds(5)), ElementsAre(1));
}

// Walking the skipped ticks one by one would take hours.
TEST(ExpiryWheelTest, JumpOverYearsMeetsEverythingInOneSweep) {
  for (int round = 0; round < 200; ++round) {
    WheelAndModel wheel;
    wheel.Set(1, kEpoch2030 + milliseconds(10));
    wheel.Set(2, kEpoch2030 + hours(24 * 365));
    wheel.Set(3, kEpoch2030 + hours(24 * 365 * 31));
    EXPECT_THAT(wheel.Take(kEpoch2030), IsEmpty());
    EXPECT_THAT(wheel.Take(kEpoch2030 + hours(24 * 365 * 30)), ElementsAre(1, 2));
    EXPECT_THAT(wheel.Take(kEpoch2030 + hours(24 * 365 * 31)), ElementsAre(3));
  }
}

TEST(ExpiryWheelTest, StepBackLosesNothingAndHurriesNothing) {
  WheelAndModel wheel;
  wheel.Set(1, kEpoch2030 + milliseconds(100));
  EXPECT_THAT(wheel.Take(kEpoch2030 + milliseconds(50)), IsEmpty());
  const TimePoint earlier = kEpoch2030 - hours(1);
  EXPECT_THAT(wheel.Take(earlier), IsEmpty());
  wheel.Set(2, earlier + milliseconds(20));
  EXPECT_THAT(wheel.Take(earlier + milliseconds(20)), ElementsAre(2));
  EXPECT_THAT(wheel.Take(kEpoch2030 + milliseconds(99)), IsEmpty());
  EXPECT_THAT(wheel.Take(kEpoch2030 + milliseconds(100)), ElementsAre(1));
}

// The write sees the new time before the wheel does.
TEST(ExpiryWheelTest, RecordFiledAfterAnUnseenStepBackIsMetOnTime) {
  WheelAndModel wheel;
  wheel.Set(1, kEpoch2030 + hours(2));
  EXPECT_THAT(wheel.Take(kEpoch2030), IsEmpty());
  const TimePoint earlier = kEpoch2030 - hours(1);
  wheel.Set(2, earlier + milliseconds(20));
  EXPECT_THAT(wheel.Take(earlier + milliseconds(20)), ElementsAre(2));
}

TEST(ExpiryWheelTest, ShorteningOverAndOverDoesNotPileUpEntries) {
  WheelAndModel wheel;
  const std::size_t before = wheel.memory_bytes();
  TimePoint now = kEpoch2030;
  for (int i = 0; i < 100'000; ++i) {
    wheel.Set(1, kEpoch2030 + hours(48));
    wheel.Set(1, now + milliseconds(9));
    now += milliseconds(10);
    wheel.Take(now);
  }
  EXPECT_LT(wheel.memory_bytes(), before + 64 * 1024);
}

TEST(ExpiryWheelTest, AgreesWithAMapUnderRandomSchedules) {
  std::mt19937 random(TestSeed());
  const auto pick = [&random](std::int64_t n) {
    return std::uniform_int_distribution<std::int64_t>(0, n - 1)(random);
  };
  for (int round = 0; round < 60; ++round) {
    WheelAndModel wheel;
    TimePoint now = kEpoch2030;
    const std::size_t max_visits = pick(2) != 0 ? kUnbounded : 1 + pick(5);
    const std::size_t max_due = pick(2) != 0 ? kUnbounded : 1 + pick(5);
    for (int step = 0; step < 400; ++step) {
      const Slot slot = static_cast<Slot>(pick(40));
      const std::int64_t scales[] = {20, 1000, 100'000, 40'000'000};
      switch (pick(8)) {
        case 0:
          wheel.Remove(slot);
          break;
        case 1:
          now += milliseconds(pick(scales[pick(4)]));
          break;
        case 2:
          now += milliseconds(pick(20));
          break;
        case 3:
          now -= milliseconds(pick(scales[pick(4)]));
          break;
        default:
          wheel.Set(slot, now + milliseconds(pick(scales[pick(4)])));
      }
      if (pick(3) == 0) continue;  // the wheel does not see every moment
      ASSERT_EQ(wheel.Take(now, max_visits, max_due), wheel.ExpectedAt(now))
          << "round " << round << " step " << step;
    }
  }
}

}  // namespace
}  // namespace presences::store
