// A disk that fills up under load: clear refusals, reads go on, and writing resumes by itself.
#include <atomic>
#include <map>

#include "gmock/gmock.h"
#include "server/base/thread.h"
#include "server/store/committer.h"
#include "server/store/expirer.h"
#include "server/store/rocksdb/rocksdb_log.h"
#include "tests/support/status_matchers.h"
#include "tests/support/store_harness.h"
#include "tests/support/tiny_disk.h"

namespace presences::store {
namespace {

using presences::testing::Commit;
using presences::testing::HasReason;
using presences::testing::IsOk;
using presences::testing::KeyCaller;
using presences::testing::RecordingListener;
using presences::testing::TinyDisk;
using presences::testing::UpsertOf;
using std::chrono::milliseconds;

using Versions = std::map<std::string, Revision>;

// A submitter with records of its own; remembers what was acknowledged.
class Submitter {
 public:
  Submitter(Committer& committer, int number) : committer_(committer), number_(number) {}

  void Run(const std::atomic<bool>& stop) {
    for (int i = 0; !stop; ++i) {
      UpsertInput input = UpsertOf(absl::StrCat("p", number_, ".", i % 50));
      input.user_id = "u1";
      input.metadata = R"({"text":")" + std::string(2000, 'x') + R"("})";
      const auto result = Commit(committer_, KeyCaller(), input);
      if (result.ok()) {
        acknowledged_[input.presence_id] = (*result)->revision();
      } else {
        EXPECT_THAT(result, HasReason(Reason::kGeneralStorageUnavailable, "storage"));
        ++refused_;
      }
    }
  }
  const Versions& acknowledged() const { return acknowledged_; }
  int refused() const { return refused_; }

 private:
  Committer& committer_;
  const int number_;
  Versions acknowledged_;
  std::atomic<int> refused_{0};
};

void AwaitLogStatus(const Committer& committer, bool ok) {
  Mutex mutex;
  CondVar never;
  while (committer.log_status().ok() != ok) {
    MutexLock lock(mutex);
    Clock::System().WaitFor(lock, never, milliseconds(5));
  }
}

class DiskFullTest : public ::testing::TestWithParam<Durability> {};

INSTANTIATE_TEST_SUITE_P(Durabilities, DiskFullTest,
                         ::testing::Values(Durability::kSync, Durability::kAsync));

TEST_P(DiskFullTest, ResumesWhenSpaceIsBackAndLosesNothing) {
  TinyDisk disk(200);
  if (!disk.mounted()) GTEST_SKIP() << "may not mount a tmpfs here";
  const ProjectRules rules{"demo", Identity::kPerPresenceId, milliseconds(3'600'000), {}, 0};
  const RocksdbOptions options{disk.Sub("db"), GetParam()};
  Versions acknowledged;
  {
    auto log = OpenRocksdbLog(options, {"demo"});
    ASSERT_THAT(log, IsOk());
    State state(rules);
    RecordingListener listener;
    Committer committer({}, **log, {{&rules, &state, *(*log)->Load(0, [](PresencePtr) {})}},
                        listener, Clock::System(), Metrics::None());
    std::atomic<bool> stop{false};
    std::vector<std::unique_ptr<Submitter>> submitters;
    std::vector<Thread> threads;
    for (int i = 0; i < 4; ++i) {
      submitters.push_back(std::make_unique<Submitter>(committer, i));
      threads.emplace_back("submit", [&stop, s = submitters.back().get()] { s->Run(stop); });
    }
    for (int round = 0; round < 3; ++round) {
      listener.Await(listener.changes().size() + 2000);
      disk.Fill();
      AwaitLogStatus(committer, false);
      for (int i = 0; i < 20; ++i) EXPECT_TRUE(state.Find("p0.0"));
      disk.Free();
      AwaitLogStatus(committer, true);
    }
    stop = true;
    for (Thread& thread : threads) thread.Join();
    int refused = 0;
    for (const auto& submitter : submitters) {
      refused += submitter->refused();
      acknowledged.insert(submitter->acknowledged().begin(), submitter->acknowledged().end());
    }
    EXPECT_GT(refused, 0);
    committer.Stop();
    EXPECT_THAT((*log)->Close(), IsOk());
  }
  const auto log = OpenRocksdbLog(options, {"demo"});
  ASSERT_THAT(log, IsOk());
  Versions found;
  ASSERT_THAT((*log)->Load(0,
                           [&found](PresencePtr record) {
                             found[std::string(record->id())] = record->revision();
                           }),
              IsOk());
  EXPECT_EQ(found, acknowledged);
}

}  // namespace
}  // namespace presences::store
