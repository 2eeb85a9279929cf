#include "server/store/committer.h"

#include <optional>

#include "absl/status/status.h"
#include "gmock/gmock.h"
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
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string ModeName(const ::testing::TestParamInfo<bool>& mode) {
  return mode.param ? "OwnThread" : "Inline";
}

// Both ways of committing: inline, and on a thread of its own.
class CommitterTest : public ::testing::TestWithParam<bool> {
 protected:
  void Start(Committer::Options options = {}) {
    state_.emplace(rules_);
    committer_.emplace(options, log_, std::vector<Committer::Project>{{&rules_, &*state_, {0, 7}}},
                       listener_, clock_, Metrics::None());
  }
  absl::StatusOr<PresencePtr> Upsert(const std::string& user, const UpsertInput& input) {
    return Commit(*committer_, UserCaller(user), input);
  }
  std::vector<Revision> PublishedRevisions() {
    std::vector<Revision> revisions;
    for (const ChangePtr& change : listener_.changes()) revisions.push_back(change->revision());
    return revisions;
  }
  std::vector<ChangeKind> PublishedKinds() {
    std::vector<ChangeKind> kinds;
    for (const ChangePtr& change : listener_.changes()) kinds.push_back(change->kind());
    return kinds;
  }

  ProjectRules rules_{"demo", Identity::kPerPresenceId, milliseconds(90'000), {}, 0};
  FakeClock clock_;
  FaultyLog log_{GetParam()};
  RecordingListener listener_;
  std::optional<State> state_;
  std::optional<Committer> committer_;
};

INSTANTIATE_TEST_SUITE_P(Modes, CommitterTest, ::testing::Bool(), ModeName);

TEST_P(CommitterTest, OutcomeIsLoggedVisibleAndPublished) {
  Start();
  const absl::StatusOr<PresencePtr> created = Upsert("u1", UpsertOf("p1"));
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ((*created)->revision(), 1);
  EXPECT_EQ(state_->Find("p1"), *created);
  ASSERT_THAT(log_.groups(), SizeIs(1));
  EXPECT_EQ(log_.groups()[0][0].record, *created);
  ASSERT_THAT(listener_.changes(), SizeIs(1));
  EXPECT_EQ(listener_.changes()[0]->after(), *created);
  EXPECT_EQ(committer_->head(0).revision, 1);
  EXPECT_EQ(committer_->head(0).epoch, 7u);
}

TEST_P(CommitterTest, DeleteAnswersNullAndTellsWhatWas) {
  Start();
  const PresencePtr created = *Upsert("u1", UpsertOf("p1"));
  const absl::StatusOr<PresencePtr> deleted =
      Commit(*committer_, UserCaller("u1"), DeleteInput{"p1", std::nullopt});
  ASSERT_THAT(deleted, IsOk());
  EXPECT_FALSE(*deleted);
  EXPECT_FALSE(state_->Find("p1"));
  const ChangePtr change = listener_.changes().back();
  EXPECT_EQ(change->kind(), ChangeKind::kDeleted);
  EXPECT_EQ(change->cause(), DeleteCause::kCall);
  EXPECT_EQ(change->before(), created);
}

TEST_P(CommitterTest, OperationsOfAWriteSeeEachOther) {
  Start();
  Inbox inbox;
  auto write = inbox.MakeWrite(0);
  write->caller = UserCaller("u1");
  UpdateInput update;
  update.presence_id = "p1";
  update.status = "away";
  write->operations = {UpsertOf("p1"), update, DeleteInput{"p1", {}}, update, UpsertOf("p1")};
  committer_->Submit(std::move(write));
  const Inbox::Results results = inbox.Await(0);
  ASSERT_THAT(results, SizeIs(5));
  EXPECT_EQ((*results[1])->status(), "away");
  EXPECT_THAT(results[2], IsOk());
  EXPECT_THAT(results[3], HasReason(Reason::kPresenceNotFound, "p1"));
  EXPECT_EQ((*results[4])->created_revision(), 4);
  EXPECT_THAT(PublishedRevisions(), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(log_.groups(), SizeIs(1));
  EXPECT_EQ(state_->Find("p1"), *results[4]);
}

TEST_P(CommitterTest, RefusalUsesNoRevisionAndLogsNothing) {
  Start();
  EXPECT_THAT(Commit(*committer_, UserCaller("u1"), DeleteInput{"p1", {}}),
              HasReason(Reason::kPresenceNotFound, "p1"));
  EXPECT_THAT(log_.groups(), IsEmpty());
  EXPECT_EQ((*Upsert("u1", UpsertOf("p1")))->revision(), 1);
}

TEST_P(CommitterTest, FailedLogFailsTheWholeGroupAndChangesNothing) {
  Start();
  ASSERT_THAT(Upsert("u1", UpsertOf("p1")), IsOk());
  log_.Break();
  EXPECT_THAT(Upsert("u1", UpsertOf("p1", "away")),
              HasReason(Reason::kGeneralStorageUnavailable, "disk is full"));
  EXPECT_THAT(committer_->log_status(), HasReason(Reason::kGeneralStorageUnavailable, ""));
  EXPECT_EQ(state_->Find("p1")->status(), "online");
  EXPECT_EQ(committer_->head(0).revision, 1);
  log_.Repair();
  const absl::StatusOr<PresencePtr> later = Upsert("u1", UpsertOf("p1", "busy"));
  ASSERT_THAT(later, IsOk());
  EXPECT_EQ((*later)->revision(), 3);  // 2 was staged once: it is never used again
  EXPECT_THAT(PublishedRevisions(), ElementsAre(1, 3));
  EXPECT_THAT(committer_->log_status(), IsOk());
}

TEST_P(CommitterTest, ExpiredRecordGoesBeforeTheOneThatReplacesIt) {
  Start();
  const PresencePtr old = *Upsert("u1", UpsertOf("p1"));
  clock_.Advance(seconds(90));
  const absl::StatusOr<PresencePtr> fresh = Upsert("u2", UpsertOf("p1"));
  ASSERT_THAT(fresh, IsOk());
  EXPECT_EQ((*fresh)->created_at(), clock_.Now());
  EXPECT_EQ((*fresh)->created_revision(), 3);
  EXPECT_THAT(PublishedKinds(),
              ElementsAre(ChangeKind::kUpserted, ChangeKind::kExpired, ChangeKind::kUpserted));
  EXPECT_EQ(listener_.changes()[1]->before(), old);
  EXPECT_FALSE(listener_.changes()[2]->before());
}

TEST_P(CommitterTest, ExpiryTakesOnlyWhatIsDue) {
  Start();
  ASSERT_THAT(Upsert("u1", UpsertOf("p1")), IsOk());
  ASSERT_THAT(Upsert("u2", UpsertOf("p2")), IsOk());
  clock_.Advance(seconds(89));
  ASSERT_THAT(Upsert("u2", UpsertOf("p2")), IsOk());  // refreshed
  clock_.Advance(seconds(1));
  ASSERT_THAT(Commit(*committer_, KeyCaller(), ExpireInput{{"p1", "p2", "p3"}}), IsOk());
  EXPECT_FALSE(state_->Find("p1"));
  EXPECT_TRUE(state_->Find("p2"));
  EXPECT_EQ(listener_.changes().back()->kind(), ChangeKind::kExpired);
  EXPECT_THAT(listener_.changes(), SizeIs(4));
}

TEST_P(CommitterTest, UpdatedAtNeverGoesBack) {
  Start();
  const PresencePtr first = *Upsert("u1", UpsertOf("p1"));
  clock_.SetWall(clock_.Now() - seconds(30));
  const PresencePtr second = *Upsert("u1", UpsertOf("p1"));
  EXPECT_EQ(second->updated_at(), first->updated_at());
  EXPECT_EQ(second->expires_at(), clock_.Now() + seconds(90));
}

TEST_P(CommitterTest, FullProjectRefusesCreationsOnly) {
  rules_.max_presences = 2;
  Start();
  ASSERT_THAT(Upsert("u1", UpsertOf("p1")), IsOk());
  ASSERT_THAT(Upsert("u1", UpsertOf("p2")), IsOk());
  EXPECT_THAT(Upsert("u1", UpsertOf("p3")),
              HasReason(Reason::kGeneralResourceLimitExceeded, "max_presences"));
  EXPECT_THAT(Upsert("u1", UpsertOf("p2", "away")), IsOk());
  Inbox inbox;
  auto write = inbox.MakeWrite(0);
  write->caller = UserCaller("u1");
  write->operations = {DeleteInput{"p1", {}}, UpsertOf("p3"), UpsertOf("p4")};
  committer_->Submit(std::move(write));
  const Inbox::Results results = inbox.Await(0);
  EXPECT_THAT(results[1], IsOk());
  EXPECT_THAT(results[2], HasReason(Reason::kGeneralResourceLimitExceeded, "holds at most 2"));
}

TEST_P(CommitterTest, StoppedRefusesWithoutLosingTheCaller) {
  Start();
  committer_->Stop();
  EXPECT_THAT(Upsert("u1", UpsertOf("p1")), HasReason(Reason::kGeneralShuttingDown, "shutting"));
  EXPECT_THAT(log_.groups(), IsEmpty());
}

// Submits its successor when it is done; `left` times.
class ChainedWrite final : public Write {
 public:
  ChainedWrite(Committer& committer, int left, Inbox& inbox)
      : committer_(committer), left_(left), inbox_(inbox) {
    caller = UserCaller("u1");
    operations.push_back(UpsertOf("p1"));
  }
  void Done() override {
    EXPECT_THAT(results[0], IsOk());
    std::unique_ptr<Write> next;
    if (left_ > 0) {
      next = std::make_unique<ChainedWrite>(committer_, left_ - 1, inbox_);
    } else {
      next = inbox_.MakeWrite(0);
      next->caller = caller;
      next->operations.push_back(DeleteInput{"p1", {}});
    }
    committer_.Submit(std::move(next));
    delete this;
  }

 private:
  Committer& committer_;
  const int left_;
  Inbox& inbox_;
};

// If Submit committed there and then, this would overflow the stack.
TEST_P(CommitterTest, DoneMaySubmitTheNextWriteForEver) {
  Start();
  Inbox inbox;
  (void)inbox.MakeWrite(0);
  committer_->Submit(std::make_unique<ChainedWrite>(*committer_, 100'000, inbox));
  EXPECT_THAT(inbox.Await(0)[0], IsOk());
  EXPECT_EQ(committer_->head(0).revision, 100'002);
}

class OwnThreadCommitterTest : public CommitterTest {};
INSTANTIATE_TEST_SUITE_P(Blocking, OwnThreadCommitterTest, ::testing::Values(true));

TEST_P(OwnThreadCommitterTest, WritesThatMeetABusyLogFormOneGroup) {
  Start({.max_group_operations = 3, .max_queue_delay = milliseconds(1000)});
  log_.Hold();
  Inbox inbox;
  const auto submit = [&](std::size_t index) {
    auto write = inbox.MakeWrite(index);
    write->caller = UserCaller("u1");
    write->operations.push_back(UpsertOf(absl::StrCat("p", index)));
    committer_->Submit(std::move(write));
  };
  submit(0);
  log_.AwaitHeldAppend();
  for (std::size_t index = 1; index <= 5; ++index) submit(index);
  EXPECT_FALSE(inbox.Has(0));
  EXPECT_FALSE(state_->Find("p0"));  // not durable: not visible
  EXPECT_THAT(listener_.changes(), IsEmpty());
  log_.Release();
  for (std::size_t index = 0; index <= 5; ++index) ASSERT_THAT(inbox.Await(index)[0], IsOk());
  EXPECT_THAT(log_.groups(), ElementsAre(SizeIs(1), SizeIs(3), SizeIs(2)));
  EXPECT_THAT(inbox.order(), ElementsAre(0, 1, 2, 3, 4, 5));
}

TEST_P(OwnThreadCommitterTest, OldQueueShedsNewWritesWithRetryInfo) {
  Start();
  log_.Hold();
  Inbox inbox;
  const auto submit = [&](std::size_t index) {
    auto write = inbox.MakeWrite(index);
    write->caller = UserCaller("u1");
    write->operations.push_back(UpsertOf("p1"));
    committer_->Submit(std::move(write));
  };
  submit(0);
  log_.AwaitHeldAppend();
  submit(1);
  clock_.Advance(milliseconds(1000));
  submit(2);
  EXPECT_FALSE(inbox.Has(2));  // exactly the bound: still admitted
  clock_.Advance(milliseconds(1));
  submit(3);
  ASSERT_TRUE(inbox.Has(3));
  const absl::Status shed = inbox.Await(3)[0].status();
  EXPECT_THAT(shed, HasReason(Reason::kGeneralRateLimitExceeded, "overloaded"));
  EXPECT_TRUE(shed.GetPayload(kRetryInfoType).has_value());
  log_.Release();
  for (std::size_t index = 0; index < 3; ++index) EXPECT_THAT(inbox.Await(index)[0], IsOk());
}

TEST_P(OwnThreadCommitterTest, BrokenLogIsProbedUntilItWorks) {
  Start();
  log_.Break();
  EXPECT_THAT(Upsert("u1", UpsertOf("p1")), HasReason(Reason::kGeneralStorageUnavailable, ""));
  log_.Repair();
  while (!committer_->log_status().ok()) clock_.Advance(milliseconds(100));
  EXPECT_GE(log_.probes(), 1);
}

TEST_P(OwnThreadCommitterTest, StopFinishesWhatWaits) {
  Start();
  log_.Hold();
  Inbox inbox;
  for (std::size_t index = 0; index < 3; ++index) {
    auto write = inbox.MakeWrite(index);
    write->caller = UserCaller("u1");
    write->operations.push_back(UpsertOf(absl::StrCat("p", index)));
    committer_->Submit(std::move(write));
  }
  log_.Release();
  committer_->Stop();
  for (std::size_t index = 0; index < 3; ++index) {
    ASSERT_TRUE(inbox.Has(index));
    EXPECT_THAT(inbox.Await(index)[0], IsOk());
  }
}

}  // namespace
}  // namespace presences::store
