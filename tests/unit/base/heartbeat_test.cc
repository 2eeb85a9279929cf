#include "server/base/heartbeat.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"

namespace presences {
namespace {

using std::chrono::seconds;
using Doing = Heartbeat::Sign::Doing;

class HeartbeatTest : public ::testing::Test {
 protected:
  void ExpectSign(Doing doing, seconds silent) {
    const Heartbeat::Sign sign = heart_.Look();
    EXPECT_EQ(sign.thread, "t");
    EXPECT_EQ(sign.doing, doing);
    EXPECT_EQ(sign.silent, silent);
  }

  testing::FakeClock clock_;
  Heartbeats hearts_{clock_};
  Heartbeat& heart_ = hearts_.Add("t");
};

TEST_F(HeartbeatTest, AThreadThatRestsIsNeverSilent) {
  clock_.Advance(seconds(100));
  ExpectSign(Doing::kResting, seconds(0));
  heart_.Beat();
  heart_.Rest();
  clock_.Advance(seconds(100));
  ExpectSign(Doing::kResting, seconds(0));
}

TEST_F(HeartbeatTest, AThreadAtWorkIsSilentSinceItsLastBeat) {
  heart_.Beat();
  clock_.Advance(seconds(7));
  ExpectSign(Doing::kWorking, seconds(7));
  heart_.Beat();
  ExpectSign(Doing::kWorking, seconds(0));
}

TEST_F(HeartbeatTest, WorkThatNobodyTakesShows) {
  clock_.Advance(seconds(50));
  heart_.Expect();
  clock_.Advance(seconds(5));
  ExpectSign(Doing::kWorking, seconds(5));
}

TEST_F(HeartbeatTest, MoreWorkIsNoExcuseForOneThatIsStuck) {
  heart_.Beat();
  clock_.Advance(seconds(5));
  heart_.Expect();
  ExpectSign(Doing::kWorking, seconds(5));
}

TEST_F(HeartbeatTest, ADeviceIsAnotherMatter) {
  heart_.Beat();
  clock_.Advance(seconds(3));
  {
    const Heartbeat::AtDevice wait(heart_);
    clock_.Advance(seconds(60));
    heart_.Expect();
    ExpectSign(Doing::kAtDevice, seconds(60));
  }
  ExpectSign(Doing::kWorking, seconds(0));
}

TEST(Heartbeats, LooksAtAllAndKeepsNone) {
  testing::FakeClock clock;
  Heartbeats hearts(clock);
  hearts.Add("a").Beat();
  hearts.Add("b");
  clock.Advance(seconds(2));
  const auto signs = hearts.Look();
  ASSERT_EQ(signs.size(), 2u);
  EXPECT_EQ(signs[0].thread, "a");
  EXPECT_EQ(signs[0].silent, seconds(2));
  EXPECT_EQ(signs[1].doing, Doing::kResting);
  for (int i = 0; i < 10; ++i) Heartbeats::None().Add("t").Beat();
  EXPECT_EQ(Heartbeats::None().Look().size(), 1u);
}

}  // namespace
}  // namespace presences
