#include "server/store/expirer.h"

#include <optional>

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
using presences::testing::Inbox;
using presences::testing::KeyCaller;
using presences::testing::RecordingListener;
using presences::testing::UpsertOf;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::SizeIs;

class ExpirerTest : public ::testing::Test {
 protected:
  void Start(bool blocks = false) {
    log_.emplace(blocks);
    committer_.emplace(Committer::Options{}, *log_,
                       std::vector<Committer::Project>{{&rules_, &state_, {0, 7}}}, listener_,
                       clock_, Metrics::None());
    expirer_.emplace(Expirer::Options{}, *committer_, std::vector<State*>{&state_}, clock_,
                     Metrics::None());
  }
  ~ExpirerTest() override {
    if (expirer_) expirer_->Stop();
    if (committer_) committer_->Stop();
  }
  void Upsert(const std::string& id, TimePoint expires_at) {
    UpsertInput input = UpsertOf(id);
    input.user_id = "u1";
    input.expires_at = expires_at;
    ASSERT_TRUE(Commit(*committer_, KeyCaller(), input).ok());
  }
  // Lets time pass in small steps until `count` changes are published; answers the last.
  ChangePtr StepUntil(std::size_t count) {
    while (listener_.changes().size() < count) clock_.Advance(milliseconds(1));
    return listener_.changes()[count - 1];
  }

  ProjectRules rules_{"demo", Identity::kPerPresenceId, milliseconds(90'000), {}, 0};
  FakeClock clock_;
  RecordingListener listener_;
  State state_{rules_};
  std::optional<FaultyLog> log_;
  std::optional<Committer> committer_;
  std::optional<Expirer> expirer_;
};

TEST_F(ExpirerTest, RecordGoesAtItsTimeByItself) {
  Start();
  const TimePoint due = clock_.Now() + seconds(2);
  Upsert("p1", due);
  const ChangePtr change = StepUntil(2);
  EXPECT_EQ(change->kind(), ChangeKind::kExpired);
  EXPECT_GE(change->time(), due);
  EXPECT_FALSE(state_.Find("p1"));
}

TEST_F(ExpirerTest, JumpForwardExpiresEverythingDue) {
  Start();
  for (int i = 0; i < 3000; ++i) Upsert(absl::StrCat("p", i), clock_.Now() + seconds(i));
  Upsert("stays", clock_.Now() + hours(24 * 30));
  clock_.Advance(hours(24 * 29));
  listener_.Await(3001 + 3000);
  EXPECT_EQ(state_.size(), 1u);
}

TEST_F(ExpirerTest, MassExpiryIsLoggedInBoundedGroups) {
  Start();
  const TimePoint due = clock_.Now() + seconds(1);
  for (int i = 0; i < 5000; ++i) Upsert(absl::StrCat("p", i), due);
  clock_.Advance(seconds(1));
  listener_.Await(10'000);
  for (const auto& group : log_->groups()) EXPECT_LE(group.size(), 1024u);
}

TEST_F(ExpirerTest, RefusedExpiryIsTriedAgain) {
  Start();
  Upsert("p1", clock_.Now() + seconds(1));
  log_->Break();
  while (committer_->log_status().ok()) clock_.Advance(milliseconds(10));
  EXPECT_TRUE(state_.Find("p1"));
  log_->Repair();
  EXPECT_EQ(StepUntil(2)->kind(), ChangeKind::kExpired);
}

// The expirer saw the time come, but the committer reads a clock that was set back.
TEST_F(ExpirerTest, ClockSetBackBeforeTheCommitDelaysTheExpiry) {
  Start(/*blocks=*/true);
  const TimePoint due = clock_.Now() + seconds(1);
  Upsert("p1", due);
  log_->Hold();
  Inbox inbox;
  auto blocker = inbox.MakeWrite(0);
  blocker->caller = KeyCaller();
  UpsertInput other = UpsertOf("p2");
  other.user_id = "u1";
  blocker->operations.push_back(other);
  committer_->Submit(std::move(blocker));
  log_->AwaitHeldAppend();
  clock_.SetWall(due);
  // The expiry waits behind the held append once the wheel no longer names the record.
  while (!state_.TakeExpired(due, 10).empty()) state_.Rearm({"p1"}, due);
  clock_.SetWall(due - seconds(1));
  log_->Release();
  EXPECT_TRUE(inbox.Await(0)[0].ok());
  const ChangePtr change = StepUntil(3);
  EXPECT_EQ(change->kind(), ChangeKind::kExpired);
  EXPECT_GE(change->time(), due);
}

TEST_F(ExpirerTest, StopsWhileExpiriesAreUnderWay) {
  Start();
  for (int i = 0; i < 2000; ++i) Upsert(absl::StrCat("p", i), clock_.Now() + milliseconds(1));
  clock_.Advance(milliseconds(1));
  expirer_->Stop();
  EXPECT_LE(state_.size(), 2000u);
}

}  // namespace
}  // namespace presences::store
