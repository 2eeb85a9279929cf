// The victim of kill_test: writes presences as fast as it can, and says on stdout what it was told.
//
// Usage: store_kill_writer PATH sync|async SEED. Lines, one write(2) each:
//   try upsert ID | try delete ID     before the write is submitted
//   ok upsert ID REVISION | ok delete ID 0 | refused ID 0
//   published REVISION                for every change that a watcher could have seen
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <random>

#include "absl/strings/numbers.h"
#include "server/base/thread.h"
#include "server/store/committer.h"
#include "server/store/rocksdb/rocksdb_log.h"
#include "tests/support/store_harness.h"

namespace presences::store {
namespace {

using presences::testing::Commit;
using presences::testing::KeyCaller;
using presences::testing::UpsertOf;

void Say(const std::string& line) {
  if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) std::_Exit(1);
}

class SayingListener final : public ChangeListener {
 public:
  void OnChanges(std::uint32_t, absl::Span<const ChangePtr> changes) override {
    Say(absl::StrCat("published ", changes.back()->revision(), "\n"));
  }
};

// Each thread has ids of its own, so that per id the lines are in the order of the writes.
void WriteForEver(Committer& committer, int number, std::uint32_t seed) {
  std::mt19937 random(seed + number);
  for (;;) {
    const std::string id = absl::StrCat("p", number, ".", random() % 20);
    if (random() % 4 == 0) {
      Say(absl::StrCat("try delete ", id, "\n"));
      const auto result = Commit(committer, KeyCaller(), DeleteInput{id, {}});
      Say(result.ok() ? absl::StrCat("ok delete ", id, " 0\n")
                      : absl::StrCat("refused ", id, " 0\n"));
      continue;
    }
    UpsertInput input = UpsertOf(id);
    input.user_id = absl::StrCat("u", random() % 5);
    input.metadata = R"({"text":")" + std::string(random() % 3000, 'x') + R"("})";
    Say(absl::StrCat("try upsert ", id, "\n"));
    const auto result = Commit(committer, KeyCaller(), input);
    Say(result.ok() ? absl::StrCat("ok upsert ", id, " ", (*result)->revision(), "\n")
                    : absl::StrCat("refused ", id, " 0\n"));
  }
}

int Main(const std::string& path, const std::string& durability, std::uint32_t seed) {
  const auto log = OpenRocksdbLog(
      {path, durability == "sync" ? Durability::kSync : Durability::kAsync}, {"demo"});
  if (!log.ok()) {
    std::fprintf(stderr, "%s\n", log.status().ToString().c_str());
    return 4;
  }
  const ProjectRules rules{"demo", Identity::kPerPresenceId, std::chrono::hours(24), {}, 0};
  State state(rules);
  const auto head = (*log)->Load(0, [&state](PresencePtr record) { state.Load(record); });
  state.LoadedUpTo(head->revision);
  SayingListener listener;
  Committer committer({}, **log, {{&rules, &state, *head}}, listener, Clock::System(),
                      Metrics::None());
  std::vector<Thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back("writer", [&committer, i, seed] { WriteForEver(committer, i, seed); });
  }
  return 0;  // never: the threads do not end
}

}  // namespace
}  // namespace presences::store

int main(int argc, char** argv) {
  std::uint32_t seed = 0;
  if (argc != 4 || !absl::SimpleAtoi(argv[3], &seed)) {
    std::fprintf(stderr, "usage: %s PATH sync|async SEED\n", argv[0]);
    return 2;
  }
  return presences::store::Main(argv[1], argv[2], seed);
}
