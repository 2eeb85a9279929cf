// The two stages on which the hub is tested.
//
// SessionTest has no threads: sessions get their turns when the test says so, so every
// interleaving can be written down. HubTest runs the whole hub, with its lanes.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "server/hub/hub.h"
#include "server/hub/topic.h"
#include "tests/support/hub/recording_sink.h"
#include "tests/support/hub/text_encoder.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/hub/test_project.h"

namespace presences::hub {

using presences::testing::PutSpec;
using presences::testing::RecordingSink;
using presences::testing::TextChange;
using presences::testing::TextEncoder;
using presences::testing::TextFrame;
using Mode = RecordingSink::Mode;

// Who watches what, and through which sink.
struct WatchSpec {
  Caller caller = presences::testing::KeyCaller();
  std::vector<std::string> channels = {"presences"};
  std::vector<std::string> queries{};
  bool skip_unchanged = false;
  std::size_t max_batch = 100;
  bool snapshot = true;
  std::string resume_token{};              // HubTest
  std::optional<Revision> resume_after{};  // SessionTest
  Validity validity{};
  Mode mode = Mode::kOpen;
};

Viewer ViewerOf(const WatchSpec& spec);
Caller User(const std::string& id);
inline Caller Guest() { return {}; }

struct Watcher {
  std::shared_ptr<RecordingSink> sink;
  SessionPtr session;

  std::vector<std::string> story() const { return sink->story(); }
};

class SessionTest : public ::testing::Test, public store::ChangeListener {
 protected:
  explicit SessionTest(ChangeRing::Limits limits = {});
  ~SessionTest() override;

  void OnChanges(std::uint32_t project, absl::Span<const ChangePtr> changes) override;
  // Between the two, changes reach the state but not yet the topic, as between apply and publish.
  void HoldPublishing() { holding_ = true; }
  void Publish();

  // Makes a session; nothing is sent before Begin.
  Watcher Make(const WatchSpec& spec = {});
  // Makes a session, begins it, and runs all turns.
  Watcher Watch(const WatchSpec& spec = {});
  // Gives every waiting session its turns, until none is scheduled.
  void RunTurns();
  bool RunTurn();  // one turn; false: none is scheduled
  // Finishes writes and runs turns until the watcher has nothing more to say.
  void Drain(const Watcher& watcher);
  // What Topic::Append would wake is counted here.
  std::size_t scheduled() const { return turns_.size(); }

  presences::testing::TestProject project_;
  TextEncoder encoder_;
  std::shared_ptr<Topic> topic_;
  Session::Services services_;
  int watchers_ = 0;
  std::vector<std::string> resets_;  // reasons
  std::deque<ReaderPtr> turns_;
  std::vector<SessionPtr> made_;
  bool holding_ = false;
  std::vector<ChangePtr> held_;
};

class HubTest : public ::testing::Test, public store::ChangeListener {
 protected:
  HubTest();
  ~HubTest() override;

  void OnChanges(std::uint32_t project, absl::Span<const ChangePtr> changes) override;

  // How often housekeeping looks.
  static constexpr std::chrono::milliseconds kLook{10};

  // Starts a hub over the records that there are; a new `epoch` is a restart.
  void StartHub(Hub::Options options, std::uint64_t epoch = 1);
  // A second hub that hears the same changes, as another replica does; and the use of it from then
  // on.
  void StartReplica();
  void SwitchToReplica() { hub_.swap(replica_); }
  absl::StatusOr<Watcher> TryWatch(const WatchSpec& spec);
  Watcher Watch(const WatchSpec& spec = {});
  Watcher Resume(WatchSpec spec, const std::string& token);
  // Moves time, and waits until housekeeping has looked at every session and those that were due
  // had their turn. REQUIRES: one lane, time > kLook.
  void Pass(std::chrono::milliseconds time);
  double Resets(const std::string& reason);
  void Look(std::chrono::milliseconds time);

  presences::testing::TestProject project_;
  TextEncoder encoder_;
  presences::testing::ReadyPool pool_;
  std::unique_ptr<Hub> hub_;
  std::unique_ptr<Hub> replica_;
  std::vector<SessionPtr> made_;
};

}  // namespace presences::hub
