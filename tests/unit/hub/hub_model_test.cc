// The hub against a model: random writes, watchers that are slow, leave and resume, and time.
//
// Everything runs as in the server: committer, expirer, lanes and transports' threads at once. The
// schedule of the driver follows the seed; that of the threads does not, so a seed replays the
// traffic, not the interleaving.
#include <memory>
#include <random>

#include "absl/strings/str_cat.h"
#include "server/base/thread.h"
#include "server/store/expirer.h"
#include "tests/support/seed.h"
#include "tests/unit/hub/model_watcher.h"

namespace presences::hub {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr int kSteps = 120;
#else
constexpr int kSteps = 400;
#endif
constexpr int kWriters = 3;
constexpr int kWatchers = 24;

class HubModelTest : public ::testing::TestWithParam<int> {
 protected:
  HubModelTest()
      : seed_(testing::TestSeed() + static_cast<std::uint32_t>(GetParam()) * 7919),
        random_(seed_),
        project_(history_, {"page"}),
        hub_({.ring = {.changes = 64}, .lanes = 2, .housekeeping = milliseconds(10)},
             {{"demo", &project_.state, {0, 1}}}, project_.clock, project_.metrics),
        expirer_({}, project_.committer(), {&project_.state}, project_.clock, project_.metrics) {
    history_.ForwardTo(&hub_);
    for (int i = 0; i < kWatchers; ++i) {
      watchers_.push_back(std::make_unique<ModelWatcher>(
          ModelWatcher::World{hub_, history_, project_.clock, encoder_, pool_, counts_}, random_));
    }
  }

  // --- writers, each on a thread of its own ---
  void Write(std::uint32_t seed);
  bool TakeQuota();
  store::Operation RandomOperation(std::mt19937_64& random);

  // --- the driver ---
  void Step();
  void DisturbWatcher(ModelWatcher& watcher);
  void Finish();
  void AwaitExpiries();

  const std::uint32_t seed_;
  std::mt19937_64 random_;
  History history_;
  testing::TestProject project_;
  TextEncoder encoder_;
  testing::ReadyPool pool_;
  Hub hub_;
  store::Expirer expirer_;
  ModelCounts counts_;
  std::vector<std::unique_ptr<ModelWatcher>> watchers_;

  Mutex mutex_;
  CondVar cv_;
  int quota_ GUARDED_BY(mutex_) = 0;  // writes that the writers may still make
  bool done_ GUARDED_BY(mutex_) = false;
};

bool HubModelTest::TakeQuota() {
  MutexLock lock(mutex_);
  while (quota_ == 0 && !done_) cv_.Wait(lock);
  if (quota_ == 0) return false;
  if (--quota_ == 0) cv_.NotifyAll();
  return true;
}

store::Operation HubModelTest::RandomOperation(std::mt19937_64& random) {
  const std::string id = ModelId(random());
  const auto roles = [&] {
    std::vector<std::string> picked;
    for (std::uint64_t i = 0; i < random() % 3; ++i) {
      picked.push_back(ModelRoles()[random() % ModelRoles().size()]);
    }
    return picked;
  };
  // One half lives for moments, the other longer than the test.
  const milliseconds ttl =
      random() % 2 == 0 ? milliseconds(50 + random() % 3'000) : milliseconds(hours(24));
  const std::string status = absl::StrCat("s", random() % 3);
  const auto kind = random() % 10;
  if (kind < 4) {
    return project_.UpsertOf(id, status,
                             {.user = ModelUser(random()),
                              .read = roles(),
                              .ttl = ttl,
                              .metadata = absl::StrCat("{\"page\":", random() % 3, "}")});
  }
  if (kind == 4) return DeleteInput{id, std::nullopt};
  UpdateInput input;
  input.presence_id = id;
  if (kind < 7) input.status = status;
  if (kind == 7) input.permissions = testing::ReadPermissions(roles());
  if (kind >= 8) input.expires_at = project_.clock.Now() + ttl;
  return input;
}

void HubModelTest::Write(std::uint32_t seed) {
  std::mt19937_64 random(seed);
  while (TakeQuota()) {
    std::vector<store::Operation> operations;
    for (std::uint64_t i = 0; i <= random() % 4; ++i) operations.push_back(RandomOperation(random));
    project_.TryWriteAll(std::move(operations));  // refusals (no such record) are part of it
  }
}

void HubModelTest::DisturbWatcher(ModelWatcher& watcher) {
  if (!watcher.connected() || watcher.cut_off()) {
    watcher.Disconnect(0);
    if (random_() % 2 == 0) watcher.Connect(random_);
    return;
  }
  switch (random_() % 12) {
    case 0:
      watcher.Disconnect(random_() % 3);
      break;
    case 1:
      watcher.Disconnect(random_() % 3);
      watcher.Connect(random_);
      break;
    case 2:
      watcher.Disconnect(0);
      watcher.BecomeSomebodyElse(random_);
      break;
    default:
      for (std::uint64_t i = 0; i < random_() % 20; ++i) watcher.TakeOne();
      watcher.Absorb();
  }
}

void HubModelTest::Step() {
  {
    MutexLock lock(mutex_);
    quota_ += static_cast<int>(random_() % 20);
    cv_.NotifyAll();
  }
  for (const auto& watcher : watchers_) {
    if (random_() % 3 == 0) DisturbWatcher(*watcher);
  }
  project_.clock.Advance(milliseconds(random_() % (random_() % 20 == 0 ? 4'000 : 100)));
  if (random_() % 2 == 0) return;
  MutexLock lock(mutex_);
  while (quota_ > 0) cv_.Wait(lock);
}

void HubModelTest::AwaitExpiries() {
  const auto overdue = [this] {
    for (const PresencePtr& record : project_.state.Scan({}, 0, 10 * kModelIds).records) {
      if (record->expires_at() <= project_.clock.Now()) return true;
    }
    return false;
  };
  const auto deadline = std::chrono::steady_clock::now() + seconds(10);
  while (overdue() && std::chrono::steady_clock::now() < deadline) {
    project_.clock.Advance(milliseconds(1));
    MutexLock lock(mutex_);
    cv_.WaitFor(lock, milliseconds(1));
  }
  ASSERT_FALSE(overdue());
}

// Nobody writes any more: everyone comes back, catches up, and must know exactly what is there.
void HubModelTest::Finish() {
  project_.clock.Advance(seconds(5));  // more than the short lives
  ASSERT_NO_FATAL_FAILURE(AwaitExpiries());
  const Revision head = project_.state.applied();
  const auto deadline = std::chrono::steady_clock::now() + seconds(10);
  for (const auto& watcher : watchers_) {
    while (!watcher->IsCurrentAt(head)) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << watcher->Describe();
      watcher->SpeedUp(random_);
      // Heartbeats tell those who had nothing to hear that there was nothing.
      project_.clock.Advance(seconds(3));
      watcher->AwaitFrame();
      watcher->Absorb();
    }
    watcher->CheckView(history_.RecordsAt(head));
  }
  EXPECT_EQ(project_.state.applied(), head);
}

TEST_P(HubModelTest, EveryWatcherKnowsExactlyWhatItMaySee) {
  SCOPED_TRACE(absl::StrCat("seed ", seed_));
  {
    std::vector<Thread> writers;
    for (std::uint32_t i = 0; i < kWriters; ++i) {
      writers.emplace_back(absl::StrCat("writer-", i), [this, i] { Write(seed_ + i); });
    }
    for (int step = 0; step < kSteps && !HasFailure(); ++step) Step();
    MutexLock lock(mutex_);
    done_ = true;
    cv_.NotifyAll();
  }
  if (!HasFailure()) Finish();
  watchers_.clear();
  EXPECT_EQ(hub_.session_count(), 0u);
  std::printf(
      "revisions=%lld streams=%d resumed=%d resets=%d states=%d cut_off=%d told=%d "
      "removed=%d expired=%d\n",
      static_cast<long long>(project_.state.applied()), counts_.streams, counts_.resumed,
      counts_.resets, counts_.checked_states, counts_.cut_off, counts_.told, counts_.removed,
      counts_.expired);
  // What the test is about took place.
  EXPECT_GT(counts_.resumed, 10);
  EXPECT_GT(counts_.resets, kWatchers);
  EXPECT_GT(counts_.removed, 10);
  EXPECT_GT(counts_.expired, 10);
}

INSTANTIATE_TEST_SUITE_P(Seeds, HubModelTest, ::testing::Range(0, 4));

}  // namespace
}  // namespace presences::hub
