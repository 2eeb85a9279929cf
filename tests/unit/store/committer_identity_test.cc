// What `identity: per_user` asks of the committer.
#include <optional>

#include "gmock/gmock.h"
#include "server/store/committer.h"
#include "tests/support/fake_clock.h"
#include "tests/support/faulty_log.h"
#include "tests/support/status_matchers.h"
#include "tests/support/store_harness.h"

namespace presences::store {
namespace {

using presences::testing::Commit;
using presences::testing::FakeClock;
using presences::testing::FaultyLog;
using presences::testing::HasReason;
using presences::testing::Inbox;
using presences::testing::IsOk;
using presences::testing::KeyCaller;
using presences::testing::RecordingListener;
using presences::testing::UpsertOf;
using presences::testing::UserCaller;
using std::chrono::milliseconds;
using std::chrono::seconds;

class PerUserCommitterTest : public ::testing::Test {
 protected:
  absl::StatusOr<PresencePtr> Upsert(const std::string& user, const UpsertInput& input) {
    return Commit(committer_, UserCaller(user), input);
  }

  ProjectRules rules_{"demo", Identity::kPerUser, milliseconds(90'000), {}, 0};
  FakeClock clock_;
  FaultyLog log_{false};
  RecordingListener listener_;
  State state_{rules_};
  Committer committer_{{}, log_, {{&rules_, &state_, {0, 7}}}, listener_, clock_, Metrics::None()};
};

TEST_F(PerUserCommitterTest, FirstIdSticks) {
  ASSERT_THAT(Upsert("u1", UpsertOf("first")), IsOk());
  const absl::StatusOr<PresencePtr> second = Upsert("u1", UpsertOf("second", "away"));
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ((*second)->id(), "first");
  EXPECT_EQ((*second)->created_revision(), 1);
  EXPECT_EQ(state_.size(), 1u);
}

TEST_F(PerUserCommitterTest, FirstIdSticksWithinOneWrite) {
  Inbox inbox;
  auto write = inbox.MakeWrite(0);
  write->caller = UserCaller("u1");
  write->operations = {UpsertOf("first"), UpsertOf("second"), DeleteInput{"first", {}},
                       UpsertOf("third"), UpsertOf("fourth")};
  committer_.Submit(std::move(write));
  const Inbox::Results results = inbox.Await(0);
  EXPECT_EQ((*results[1])->id(), "first");
  EXPECT_EQ((*results[3])->id(), "third");
  EXPECT_EQ((*results[4])->id(), "third");
  EXPECT_EQ(state_.size(), 1u);
}

TEST_F(PerUserCommitterTest, SomebodyElsesIdIsRefused) {
  ASSERT_THAT(Upsert("u1", UpsertOf("p1")), IsOk());
  EXPECT_THAT(Upsert("u2", UpsertOf("p1")), HasReason(Reason::kPresenceAlreadyExists, "p1"));
  EXPECT_EQ(state_.Find("p1")->user_id(), "u1");
}

TEST_F(PerUserCommitterTest, AfterExpiryTheUserGetsTheNewId) {
  ASSERT_THAT(Upsert("u1", UpsertOf("old")), IsOk());
  clock_.Advance(seconds(90));
  const absl::StatusOr<PresencePtr> fresh = Upsert("u1", UpsertOf("new"));
  ASSERT_THAT(fresh, IsOk());
  EXPECT_EQ((*fresh)->id(), "new");
  EXPECT_FALSE(state_.Find("old"));
  EXPECT_EQ(listener_.changes()[1]->kind(), ChangeKind::kExpired);
}

TEST_F(PerUserCommitterTest, ExpiredIdOfSomebodyElseIsFree) {
  ASSERT_THAT(Upsert("u1", UpsertOf("p1")), IsOk());
  clock_.Advance(seconds(90));
  const absl::StatusOr<PresencePtr> taken = Upsert("u2", UpsertOf("p1"));
  ASSERT_THAT(taken, IsOk());
  EXPECT_EQ((*taken)->user_id(), "u2");
  EXPECT_EQ(listener_.changes().size(), 3u);
}

TEST_F(PerUserCommitterTest, HandingOverToAUserWithARecordIsRefused) {
  ASSERT_THAT(Upsert("u1", UpsertOf("p1")), IsOk());
  ASSERT_THAT(Upsert("u2", UpsertOf("p2")), IsOk());
  UpdateInput update;
  update.presence_id = "p1";
  update.user_id = "u2";
  EXPECT_THAT(Commit(committer_, KeyCaller(), update),
              HasReason(Reason::kPresenceAlreadyExists, "u2"));
  update.user_id = "u3";
  ASSERT_THAT(Commit(committer_, KeyCaller(), update), IsOk());
  EXPECT_EQ((*Upsert("u3", UpsertOf("p9")))->id(), "p1");
}

TEST_F(PerUserCommitterTest, KeyRewritesTheRecordOfTheUserItNames) {
  ASSERT_THAT(Upsert("u1", UpsertOf("p1")), IsOk());
  UpsertInput input = UpsertOf("other", "busy");
  input.user_id = "u1";
  const absl::StatusOr<PresencePtr> record = Commit(committer_, KeyCaller(), input);
  ASSERT_THAT(record, IsOk());
  EXPECT_EQ((*record)->id(), "p1");
  EXPECT_THAT(Commit(committer_, KeyCaller(), UpsertOf("other")),
              HasReason(Reason::kGeneralBadRequest, "userId"));
}

}  // namespace
}  // namespace presences::store
