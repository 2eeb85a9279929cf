// HoldTest: a keeper over the real committer, a log that can fail, and time that the test moves.
//
// Threads: Hold from any; the rest one at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "server/service/hold_keeper.h"
#include "tests/support/counting_metrics.h"
#include "tests/support/fake_clock.h"
#include "tests/support/faulty_log.h"
#include "tests/support/status_matchers.h"
#include "tests/support/store_harness.h"

namespace presences::service {

inline constexpr std::chrono::milliseconds kConnectionGrace{5000};
inline constexpr std::chrono::milliseconds kNavigationGrace{3000};

class HoldFixture {
 public:
  explicit HoldFixture(Identity identity = Identity::kPerPresenceId, bool log_blocks = false);
  ~HoldFixture();

  // A keeper in the place of the one before, as after a restart.
  void StartKeeper();

  HoldKeeper::HolderId Join() { return keeper->Join(0); }
  // Holds, and waits for the answer.
  absl::StatusOr<PresencePtr> Hold(HoldKeeper::HolderId holder, const std::string& user,
                                   UpsertInput input);
  absl::StatusOr<PresencePtr> Hold(HoldKeeper::HolderId holder, const std::string& id) {
    return Hold(holder, "u1", presences::testing::UpsertOf(id));
  }
  absl::StatusOr<PresencePtr> Write(const std::string& user, store::Operation operation);

  // Moves time, and waits until the keeper has done what was due.
  void Pass(std::chrono::milliseconds time);
  // Waits until the keeper has done what is due.
  void Settle();

  bool Has(const std::string& id) const { return state.Find(id) != nullptr; }
  // Waits until the gauge of holds says `count`; false after ten seconds.
  bool HeldBecomes(int count);
  // What was published since the last call: "UPSERTED p1 online", "DELETED p1 connection".
  std::vector<std::string> Story();

  ProjectRules rules;
  presences::testing::FakeClock clock;
  presences::testing::CountingMetrics metrics;
  presences::testing::FaultyLog log;
  presences::testing::RecordingListener listener;
  store::State state;
  store::Committer committer;
  std::unique_ptr<HoldKeeper> keeper;

 private:
  std::size_t told_ = 0;
  int markers_ = 0;
};

}  // namespace presences::service
