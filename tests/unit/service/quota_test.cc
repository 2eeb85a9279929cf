#include "server/service/quota.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"

namespace presences::service {
namespace {

using ::presences::testing::HasReason;
using ::presences::testing::IsOk;
using std::chrono::seconds;

class QuotaTest : public ::testing::Test {
 protected:
  static ProjectLimits Connections(std::size_t limit) {
    ProjectLimits limits;
    limits.max_connections = limit;
    return limits;
  }

  testing::FakeClock clock_;
};

TEST_F(QuotaTest, APlaceIsTakenUntilItsSlotGoes) {
  Quota quota("demo", Connections(2), clock_);
  auto first = quota.Connect();
  auto second = quota.Connect();
  ASSERT_THAT(second, IsOk());
  EXPECT_THAT(quota.Connect().status(),
              HasReason(Reason::kGeneralResourceLimitExceeded, "max_connections"));
  EXPECT_EQ(quota.connection_count(), 2u);
  ConnectionSlot moved = *std::move(first);
  EXPECT_EQ(quota.connection_count(), 2u);
  moved.Release();
  moved.Release();
  EXPECT_EQ(quota.connection_count(), 1u);
  *second = ConnectionSlot();
  EXPECT_EQ(quota.connection_count(), 0u);
  EXPECT_THAT(quota.Connect(), IsOk());
}

TEST_F(QuotaTest, ASlotMayOutliveItsQuota) {
  auto quota = std::make_unique<Quota>("demo", Connections(1), clock_);
  auto slot = quota->Connect();
  quota.reset();
  slot->Release();
}

TEST_F(QuotaTest, NewLimitsCountForWhoComesNext) {
  Quota quota("demo", Connections(1), clock_);
  const auto first = quota.Connect();
  quota.Replace(Connections(0));
  const auto second = quota.Connect();
  const auto third = quota.Connect();
  EXPECT_THAT(third, IsOk()) << "0 is no limit";
  quota.Replace(Connections(2));
  EXPECT_EQ(quota.Connect().status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(quota.connection_count(), 3u) << "nobody was cut";
}

TEST_F(QuotaTest, ManyAtOnceNeverGetMoreThanThereAre) {
  Quota quota("demo", Connections(3), clock_);
  std::atomic<int> admitted{0};
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&quota, &admitted] {
      for (int round = 0; round < 1000; ++round) {
        const auto slot = quota.Connect();
        if (!slot.ok()) continue;
        if (++admitted > 3) ADD_FAILURE() << "more than 3 places";
        --admitted;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(quota.connection_count(), 0u);
}

TEST_F(QuotaTest, WritesPerSecondFollowsTheLimitOfTheMoment) {
  ProjectLimits limits;
  Quota quota("demo", limits, clock_);
  EXPECT_THAT(quota.TakeWrites(1'000'000), IsOk());
  limits.writes_per_second = 2;
  quota.Replace(limits);
  EXPECT_THAT(quota.TakeWrites(2), IsOk());
  EXPECT_THAT(quota.TakeWrites(1),
              HasReason(Reason::kGeneralRateLimitExceeded, "writes_per_second (2)"));
  clock_.Advance(seconds(1));
  EXPECT_THAT(quota.TakeWrites(2), IsOk());
  limits.writes_per_second = 0;
  quota.Replace(limits);
  EXPECT_THAT(quota.TakeWrites(100), IsOk());
}

TEST(TokenBucketTest, ABurstThenARate) {
  testing::FakeClock clock;
  TokenBucket bucket(clock);
  const TokenBucket::Rate rate{10, 3};
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(bucket.Take(1, rate));
  EXPECT_FALSE(bucket.Take(1, rate));
  clock.Advance(std::chrono::milliseconds(100));
  EXPECT_TRUE(bucket.Take(1, rate));
  EXPECT_FALSE(bucket.Take(1, rate));
  clock.Advance(seconds(100));
  EXPECT_TRUE(bucket.Take(5, rate)) << "larger than the burst: when full, into debt";
  EXPECT_FALSE(bucket.Take(1, rate));
  EXPECT_TRUE(bucket.Take(1, {0, 0})) << "no limit any more";
}

}  // namespace
}  // namespace presences::service
