// The committer under several submitters at once.
#include <atomic>
#include <map>
#include <optional>
#include <random>

#include "gmock/gmock.h"
#include "server/base/thread.h"
#include "server/store/committer.h"
#include "tests/support/fake_clock.h"
#include "tests/support/faulty_log.h"
#include "tests/support/seed.h"
#include "tests/support/status_matchers.h"
#include "tests/support/store_harness.h"

namespace presences::store {
namespace {

using presences::testing::Commit;
using presences::testing::FakeClock;
using presences::testing::FaultyLog;
using presences::testing::HasReason;
using presences::testing::KeyCaller;
using presences::testing::RecordingListener;
using presences::testing::TestSeed;
using presences::testing::UpsertOf;
using std::chrono::milliseconds;
using std::chrono::seconds;

std::string ModeName(const ::testing::TestParamInfo<bool>& mode) {
  return mode.param ? "OwnThread" : "Inline";
}

class CommitterConcurrencyTest : public ::testing::TestWithParam<bool> {
 protected:
  ProjectRules rules_{"demo", Identity::kPerPresenceId, milliseconds(90'000), {}, 0};
  FakeClock clock_;
  FaultyLog log_{GetParam()};
  RecordingListener listener_;
  State state_{rules_};
  Committer committer_{{}, log_, {{&rules_, &state_, {0, 7}}}, listener_, clock_, Metrics::None()};
};

INSTANTIATE_TEST_SUITE_P(Modes, CommitterConcurrencyTest, ::testing::Bool(), ModeName);

UpsertInput ByKey(UpsertInput input) {
  input.user_id = "u1";
  return input;
}

// Log order, publish order and revision order are one order, without gaps, and its end is the
// state; what a caller was told is what was published under that revision.
TEST_P(CommitterConcurrencyTest, RevisionOrderIsCommitOrderIsPublishOrder) {
  constexpr int kThreads = 4, kWrites = 500;
  std::vector<std::vector<PresencePtr>> told(kThreads);
  std::vector<Thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back(absl::StrCat("submit", t), [this, t, &told] {
      std::mt19937 random(TestSeed() + t);
      for (int i = 0; i < kWrites; ++i) {
        const std::string id = absl::StrCat("p", random() % 10);
        if (random() % 5 == 0) {
          (void)Commit(committer_, KeyCaller(), DeleteInput{id, {}});
          continue;
        }
        const auto result = Commit(committer_, KeyCaller(), ByKey(UpsertOf(id)));
        if (result.ok()) told[t].push_back(*result);
      }
    });
  }
  for (Thread& thread : threads) thread.Join();

  std::map<Revision, PresencePtr> published;
  std::map<std::string, PresencePtr> final;
  Revision last = 0;
  for (const ChangePtr& change : listener_.changes()) {
    ASSERT_EQ(change->revision(), ++last);
    published[last] = change->after();
    final[std::string(change->record().id())] = change->after();
  }
  Revision logged = 0;
  for (const auto& group : log_.groups()) {
    for (const LogEntry& entry : group) {
      ASSERT_EQ(entry.revision, ++logged);
      ASSERT_EQ(entry.record, published[logged]);
    }
  }
  EXPECT_EQ(logged, last);
  EXPECT_EQ(committer_.head(0).revision, last);
  for (const auto& records : told) {
    for (const PresencePtr& record : records) ASSERT_EQ(published[record->revision()], record);
  }
  for (const auto& [id, record] : final) EXPECT_EQ(state_.Find(id), record);
}

TEST_P(CommitterConcurrencyTest, ExpiryAndRefreshHaveExactlyOneWinner) {
  int refreshed = 0, expired = 0;
  for (int round = 0; round < 300; ++round) {
    const std::string id = absl::StrCat("p", round);
    UpsertInput input = ByKey(UpsertOf(id));
    input.expires_at = clock_.Now() + milliseconds(1);
    ASSERT_TRUE(Commit(committer_, KeyCaller(), input).ok());
    const std::size_t published = listener_.changes().size();

    UpdateInput refresh;
    refresh.presence_id = id;
    refresh.expires_at = clock_.Now() + seconds(1000);
    std::atomic<bool> go{false};
    Thread expiry("expiry", [&] {
      while (!go) {
      }
      clock_.Advance(milliseconds(1));
      (void)Commit(committer_, KeyCaller(), ExpireInput{{id}});
    });
    go = true;
    const auto result = Commit(committer_, KeyCaller(), refresh);
    expiry.Join();

    const std::vector<ChangePtr> changes = listener_.changes();
    ASSERT_EQ(changes.size(), published + 1);
    if (result.ok()) {
      ++refreshed;
      EXPECT_EQ(changes.back()->kind(), ChangeKind::kUpdated);
      EXPECT_TRUE(state_.Find(id));
    } else {
      ++expired;
      EXPECT_THAT(result, HasReason(Reason::kPresenceNotFound, id));
      EXPECT_EQ(changes.back()->kind(), ChangeKind::kExpired);
      EXPECT_FALSE(state_.Find(id));
    }
  }
  std::printf("refreshed %d, expired %d\n", refreshed, expired);
}

// A log that fails now and then: nothing acknowledged is lost, nothing refused is visible.
TEST_P(CommitterConcurrencyTest, FailuresUnderLoadLoseNothingThatWasAcknowledged) {
  std::atomic<bool> done{false};
  Thread saboteur("saboteur", [this, &done] {
    while (!done) {
      log_.Break();
      log_.Repair();
    }
  });
  std::vector<Thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back(absl::StrCat("submit", t), [this, t] {
      const std::string id = absl::StrCat("p", t);
      PresencePtr last;
      for (int i = 0; i < 500; ++i) {
        const auto result = Commit(committer_, KeyCaller(), ByKey(UpsertOf(id)));
        if (result.ok()) last = *result;
        ASSERT_EQ(state_.Find(id), last);
      }
    });
  }
  for (Thread& thread : threads) thread.Join();
  done = true;
}

}  // namespace
}  // namespace presences::store
