// Health with threads that are really blocked: stuck ones, and ones that wait for a disk.
#include "server/app/health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <thread>

#include "server/hub/lane.h"
#include "tests/support/fake_clock.h"
#include "tests/support/faulty_log.h"
#include "tests/support/store_harness.h"

namespace presences::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

// A door that threads stop at while it is shut.
class Door {
 public:
  void Shut() {
    MutexLock lock(mutex_);
    shut_ = true;
  }
  void Open() {
    MutexLock lock(mutex_);
    shut_ = false;
    cv_.NotifyAll();
  }
  void Pass() {
    MutexLock lock(mutex_);
    ++waiting_;
    cv_.NotifyAll();
    while (shut_) cv_.Wait(lock);
    --waiting_;
  }
  void AwaitSomebody() {
    MutexLock lock(mutex_);
    while (waiting_ == 0) cv_.Wait(lock);
  }

 private:
  Mutex mutex_;
  CondVar cv_;
  bool shut_ = false;
  int waiting_ = 0;
};

class HealthTest : public ::testing::Test {
 protected:
  HealthTest() {
    health_.WatchStorage([this] { return log_status_(); });
    health_.SetPhase(Health::Phase::kServing);
  }

  static std::string Problems(const ops::Checks& checks) { return ops::Answer(checks, "").body; }
  // For what another thread does soon.
  static void Await(const std::function<bool()>& condition) {
    while (!condition()) std::this_thread::yield();
  }
  bool Alive() const { return ops::AllPass(health_.Liveness()); }
  bool Ready() const { return ops::AllPass(health_.Readiness()); }

  testing::FakeClock clock_;
  Heartbeats hearts_{clock_};
  Health health_{hearts_, {}};
  std::function<absl::Status()> log_status_ = [] { return absl::OkStatus(); };
};

TEST_F(HealthTest, PhasesAreReasons) {
  health_.SetPhase(Health::Phase::kStarting);
  EXPECT_EQ(Problems(health_.Readiness()), "starting\n");
  EXPECT_TRUE(Alive());
  health_.SetPhase(Health::Phase::kServing);
  EXPECT_TRUE(Ready());
  health_.SetPhase(Health::Phase::kDraining);
  EXPECT_EQ(Problems(health_.Readiness()), "draining\n");
  EXPECT_TRUE(Alive());
}

TEST_F(HealthTest, AStuckLaneIsNeitherAliveNorReadyUntilItMoves) {
  Door door;
  door.Shut();
  hub::Lane lane(
      "lane-0", clock_, milliseconds(10), [&door] { door.Pass(); }, hearts_.Add("lane-0"));
  clock_.Advance(milliseconds(10));
  door.AwaitSomebody();
  EXPECT_TRUE(Alive());
  clock_.Advance(seconds(31));
  EXPECT_EQ(Problems(health_.Liveness()),
            "stalled: thread lane-0 has work and has not moved for 31 s\n");
  EXPECT_THAT(Problems(health_.Readiness()), HasSubstr("lane-0"));
  door.Open();
  Await([this] { return Alive() && Ready(); });
}

TEST_F(HealthTest, ALogThatDoesNotAnswerIsNotReadyButAlive) {
  testing::FaultyLog log(/*blocks=*/true);
  const ProjectRules rules{"demo", Identity::kPerPresenceId, seconds(90), {}, 0};
  store::State state(rules);
  testing::RecordingListener listener;
  store::Committer::Options options;
  options.heartbeats = &hearts_;
  store::Committer committer(options, log, {{&rules, &state, {0, 1}}}, listener, clock_,
                             Metrics::None());
  log_status_ = [&committer] { return committer.log_status(); };

  log.Hold();
  testing::Inbox inbox;
  auto write = inbox.MakeWrite(0);
  write->caller = testing::UserCaller("u");
  write->operations.emplace_back(testing::UpsertOf("p"));
  committer.Submit(std::move(write));
  log.AwaitHeldAppend();
  clock_.Advance(seconds(4));
  EXPECT_TRUE(Ready());
  clock_.Advance(seconds(60));
  EXPECT_TRUE(Alive()) << Problems(health_.Liveness());
  EXPECT_THAT(Problems(health_.Readiness()), HasSubstr("storage: the disk has not answered"));
  log.Release();
  EXPECT_TRUE(inbox.Await(0)[0].ok());
  Await([this] { return Ready(); });

  log.Break();
  EXPECT_FALSE(testing::Commit(committer, testing::UserCaller("u"), testing::UpsertOf("q")).ok());
  EXPECT_THAT(Problems(health_.Readiness()), HasSubstr("disk is full"));
  EXPECT_TRUE(Alive());
  log.Repair();
}

TEST_F(HealthTest, ACommitterThatIsStuckOutsideTheLogIsNotAlive) {
  class StuckListener final : public store::ChangeListener {
   public:
    explicit StuckListener(Door& door) : door_(door) {}
    void OnChanges(std::uint32_t, absl::Span<const ChangePtr>) override { door_.Pass(); }

   private:
    Door& door_;
  };
  Door door;
  door.Shut();
  StuckListener listener(door);
  testing::FaultyLog log(/*blocks=*/true);
  const ProjectRules rules{"demo", Identity::kPerPresenceId, seconds(90), {}, 0};
  store::State state(rules);
  store::Committer::Options options;
  options.heartbeats = &hearts_;
  store::Committer committer(options, log, {{&rules, &state, {0, 1}}}, listener, clock_,
                             Metrics::None());
  testing::Inbox inbox;
  auto write = inbox.MakeWrite(0);
  write->caller = testing::UserCaller("u");
  write->operations.emplace_back(testing::UpsertOf("p"));
  committer.Submit(std::move(write));
  door.AwaitSomebody();
  clock_.Advance(seconds(45));
  EXPECT_THAT(Problems(health_.Liveness()), HasSubstr("thread committer"));
  door.Open();
  inbox.Await(0);
  Await([this] { return Alive(); });
}

}  // namespace
}  // namespace presences::app
