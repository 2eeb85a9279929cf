// What an audience shares, and what it keeps.
#include "server/hub/audience.h"

#include "absl/strings/str_cat.h"
#include "tests/unit/hub/hub_fixture.h"

namespace presences::hub {
namespace {

class AudienceTest : public SessionTest {
 protected:
  std::shared_ptr<Audience> AudienceOf(const WatchSpec& spec) {
    return topic_->AudienceFor(ViewerOf(spec), encoder_, spec.max_batch);
  }
};

TEST_F(AudienceTest, EqualViewersShareOneAndUnequalOnesDoNot) {
  const auto audience = AudienceOf({.caller = User("u1")});
  EXPECT_EQ(AudienceOf({.caller = User("u1")}), audience);
  for (const WatchSpec& other :
       {WatchSpec{.caller = User("u2")}, WatchSpec{.caller = Guest()}, WatchSpec{},
        WatchSpec{.caller = User("u1"), .channels = {"presences.a"}},
        WatchSpec{.caller = User("u1"), .skip_unchanged = true},
        WatchSpec{.caller = User("u1"), .max_batch = 99},
        WatchSpec{.caller = User("u1"),
        .queries = {R"({"method":"equal","attribute":"status","values":["x"]})"}}}) {
    EXPECT_NE(AudienceOf(other), audience);
  }
}

TEST_F(AudienceTest, SessionsAtTheSameCursorGetTheSameFrame) {
  const auto first = AudienceOf({});
  const auto second = AudienceOf({});
  project_.Put("a");
  const ReadResult one = first->ReadAfter(0);
  const ReadResult other = second->ReadAfter(0);
  EXPECT_EQ(one.frame.body, other.frame.body);
  EXPECT_EQ(one.frame.head, other.frame.head);
  EXPECT_EQ(encoder_.bodies(), 1);
}

TEST_F(AudienceTest, AFrameThatCouldGrowIsNotServedAgain) {
  const auto audience = AudienceOf({});
  const auto other = AudienceOf({});
  project_.Put("a");
  EXPECT_EQ(audience->ReadAfter(0).frame.changes, 1);
  project_.Put("a");
  const ReadResult grown = audience->ReadAfter(0);
  EXPECT_EQ(grown.frame.changes, 2);
  EXPECT_EQ(grown.to, 2);
  EXPECT_FALSE(grown.more);
}

TEST_F(AudienceTest, AFullFrameIsServedAgainAndSaysThatThereIsMore) {
  const auto audience = AudienceOf({.max_batch = 2});
  const auto other = AudienceOf({.max_batch = 2});
  project_.Churn(4);
  const ReadResult one = audience->ReadAfter(0);
  project_.Churn(4);
  const ReadResult same = audience->ReadAfter(0);
  EXPECT_EQ(same.frame.body, one.frame.body);
  EXPECT_EQ(same.to, 2);
  EXPECT_TRUE(same.more);
}

// Ten thousand watchers with a token each are ten thousand audiences.
TEST_F(AudienceTest, AnAudienceOfOneKeepsNoFrames) {
  const auto audience = AudienceOf({.caller = User("u1")});
  project_.Put("a");
  const std::weak_ptr<const std::string> body = audience->ReadAfter(0).frame.body;
  const auto elsewhere = AudienceOf({});
  for (Revision revision = 1; revision < 40; ++revision) {  // out of the topic's own cache
    project_.Churn(1);
    elsewhere->ReadAfter(revision);
  }
  EXPECT_TRUE(body.expired());
}

TEST_F(AudienceTest, LongBatchesEndWhereDriftingCursorsMeet) {
  const auto audience = AudienceOf({});
  project_.Churn(90);
  const Revision from_0 = audience->ReadAfter(0).to;
  const Revision from_3 = audience->ReadAfter(3).to;
  EXPECT_EQ(from_0, 64);
  EXPECT_EQ(from_3, 64);
  EXPECT_EQ(audience->ReadAfter(64).to, 90);  // too short to be cut
}

TEST_F(AudienceTest, ACursorBelowTheFloorIsBehindUnlessTheFrameIsStillThere) {
  Topic small("demo", project_.state, {0, 1}, {.changes = 4});
  const auto audience = small.AudienceFor(ViewerOf({}), encoder_, 2);
  const auto other = small.AudienceFor(ViewerOf({}), encoder_, 2);
  HoldPublishing();
  project_.Churn(12);
  for (int i = 0; i < 4; ++i) small.Append({held_[static_cast<std::size_t>(i)]});
  const ReadResult cached = audience->ReadAfter(0);
  for (std::size_t i = 4; i < 12; ++i) small.Append({held_[i]});
  const ReadResult again = other->ReadAfter(0);
  EXPECT_EQ(again.kind, ReadResult::Kind::kFrame);
  EXPECT_EQ(again.frame.body, cached.frame.body);
  EXPECT_EQ(other->ReadAfter(2).kind, ReadResult::Kind::kBehind);
}

TEST_F(AudienceTest, AudiencesThatNobodyHoldsAreForgotten) {
  for (int i = 0; i < 1000; ++i) AudienceOf({.caller = User(absl::StrCat("u", i))});
  EXPECT_LE(topic_->audience_count(), 200u);
}

}  // namespace
}  // namespace presences::hub
