// kill -9 at any moment: nothing acknowledged is lost, nothing deleted comes back, and revisions go
// on where they were. PRESENCES_KILL_ROUNDS sets how often.
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <random>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "server/store/rocksdb/rocksdb_log.h"
#include "tests/support/paths.h"
#include "tests/support/seed.h"
#include "tests/support/status_matchers.h"
#include "tests/support/store_harness.h"
#include "tests/support/temp_dir.h"

namespace presences::store {
namespace {

using presences::testing::IsOk;
using presences::testing::TempDir;
using presences::testing::TestSeed;

// What the writer said about one id.
struct Known {
  Revision revision = 0;    // acknowledged; 0: absent
  std::string in_question;  // "upsert" or "delete": submitted, never answered
};

class KillTest : public ::testing::TestWithParam<Durability> {
 protected:
  std::string durability() const { return GetParam() == Durability::kSync ? "sync" : "async"; }

  // Starts the writer, kills it after about `lines` lines, and takes in everything it said.
  void RunAndKill(int lines, std::uint32_t seed) {
    int pipe[2];
    ASSERT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
    std::string program = PRESENCES_BIN "/store_kill_writer", path = dir_.Sub("db"),
                mode = durability(), seed_text = absl::StrCat(seed);
    char* const arguments[] = {program.data(), path.data(), mode.data(), seed_text.data(), nullptr};
    pid_t pid = 0;
    ASSERT_EQ(::posix_spawn(&pid, program.c_str(), &actions, nullptr, arguments, environ), 0);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(pipe[1]);

    FILE* const said = ::fdopen(pipe[0], "r");
    char line[256];
    bool killed = false;
    for (int i = 0; std::fgets(line, sizeof line, said) != nullptr; ++i) {
      TakeIn(line);
      if (i < lines || killed) continue;
      ::kill(pid, SIGKILL);
      killed = true;
    }
    std::fclose(said);
    int status = 0;
    ::waitpid(pid, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the writer stopped by itself";
  }

  void TakeIn(absl::string_view line) {
    const std::vector<std::string> words = absl::StrSplit(line, absl::ByAnyChar(" \n"));
    Revision revision = 0;
    if (words[0] == "published") {
      ASSERT_TRUE(absl::SimpleAtoi(words[1], &revision));
      EXPECT_GT(revision, head_) << "a revision was used twice";
      head_ = revision;
    } else if (words[0] == "try") {
      known_[words[2]].in_question = words[1];
    } else if (words[0] == "refused") {
      known_[words[1]].in_question.clear();
    } else {
      ASSERT_EQ(words[0], "ok");
      ASSERT_TRUE(absl::SimpleAtoi(words[3], &revision));
      known_[words[2]] = {revision, ""};
    }
  }

  // Compares the folder with what the writer said, and settles what was in question.
  void Check() {
    const auto log = OpenRocksdbLog({dir_.Sub("db"), GetParam()}, {"demo"});
    ASSERT_THAT(log, IsOk());
    std::map<std::string, Revision> found;
    const auto head = (*log)->Load(
        0, [&found](PresencePtr record) { found[std::string(record->id())] = record->revision(); });
    ASSERT_THAT(head, IsOk());
    EXPECT_GE(head->revision, head_);
    head_ = head->revision;
    const bool epoch_kept = head->epoch == epoch_;
    EXPECT_TRUE(epoch_ == 0 || epoch_kept == (GetParam() == Durability::kSync));
    epoch_ = head->epoch;
    for (auto& [id, known] : known_) {
      const Revision revision = found.contains(id) ? found[id] : 0;
      const bool as_acknowledged = revision == known.revision;
      const bool as_in_question = (known.in_question == "upsert" && revision > known.revision) ||
                                  (known.in_question == "delete" && revision == 0);
      EXPECT_TRUE(as_acknowledged || as_in_question)
          << id << ": acknowledged " << known.revision << ", in question '" << known.in_question
          << "', found " << revision;
      known = {revision, ""};
      found.erase(id);
    }
    EXPECT_TRUE(found.empty()) << found.begin()->first << " was never written";
  }

  TempDir dir_;
  std::map<std::string, Known> known_;
  Revision head_ = 0;
  std::uint64_t epoch_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Durabilities, KillTest,
                         ::testing::Values(Durability::kSync, Durability::kAsync),
                         [](const auto& mode) {
                           return mode.param == Durability::kSync ? std::string("Sync")
                                                                  : std::string("Async");
                         });

TEST_P(KillTest, NothingAcknowledgedIsLost) {
  std::mt19937 random(TestSeed());
  int rounds = 8;
  if (const char* given = std::getenv("PRESENCES_KILL_ROUNDS")) {
    ASSERT_TRUE(absl::SimpleAtoi(given, &rounds));
  }
  for (int round = 0; round < rounds; ++round) {
    SCOPED_TRACE(absl::StrCat("round ", round));
    const int lines = static_cast<int>(random() % (round % 2 == 0 ? 100 : 20'000));
    ASSERT_NO_FATAL_FAILURE(RunAndKill(lines, TestSeed() + round * 100));
    ASSERT_NO_FATAL_FAILURE(Check());
    if (HasFailure()) return;
  }
  std::printf("%s: %d kills, %lld revisions\n", durability().c_str(), rounds,
              static_cast<long long>(head_));
}

}  // namespace
}  // namespace presences::store
