#include "server/base/line_limiter.h"

#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"

namespace presences {
namespace {

using std::chrono::milliseconds;

TEST(LineLimiterTest, LetsSoManyThroughAndCountsTheRest) {
  testing::FakeClock clock;
  LineLimiter limiter(3, clock);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limiter.Admit(), 0u) << i;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(limiter.Admit(), std::nullopt) << i;
  clock.Advance(milliseconds(999));
  EXPECT_EQ(limiter.Admit(), std::nullopt);
  clock.Advance(milliseconds(1));
  EXPECT_EQ(limiter.Admit(), 6u) << "the first of the next second says how many were held back";
  EXPECT_EQ(limiter.Admit(), 0u);
  EXPECT_EQ(limiter.Admit(), 0u);
  EXPECT_EQ(limiter.Admit(), std::nullopt);
}

TEST(LineLimiterTest, ASecondBeginsWithItsFirstLine) {
  testing::FakeClock clock;
  LineLimiter limiter(1, clock);
  clock.Advance(milliseconds(700));
  EXPECT_EQ(limiter.Admit(), 0u);
  clock.Advance(milliseconds(600));
  EXPECT_EQ(limiter.Admit(), std::nullopt);
}

}  // namespace
}  // namespace presences
