// How the state and the changes after it join: nothing twice, nothing missing, nothing expired.
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/support/hub/client_view.h"
#include "tests/unit/hub/hub_fixture.h"

namespace presences::hub {
namespace {

using presences::testing::ClientView;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class JoinTest : public SessionTest {
 protected:
  explicit JoinTest(ChangeRing::Limits limits = {}) : SessionTest(limits) {}

  // What a client knows after the whole stream; the view checks the stream's rules.
  static std::map<std::string, Revision> ViewOf(const Watcher& watcher) {
    ClientView view;
    view.BeginStream(false);
    for (const TextFrame& frame : watcher.sink->frames()) view.Apply(frame);
    EXPECT_TRUE(view.current());
    std::map<std::string, Revision> revisions;
    for (const auto& [id, change] : view.records()) revisions[id] = change.record_revision;
    return revisions;
  }
  std::map<std::string, Revision> Records() const {
    std::map<std::string, Revision> revisions;
    for (const PresencePtr& record : project_.state.Scan({}, 0, 1'000'000).records) {
      revisions[std::string(record->id())] = record->revision();
    }
    return revisions;
  }
  static bool Tells(const Watcher& watcher, const std::string& text) {
    const auto story = watcher.story();
    return std::find(story.begin(), story.end(), text) != story.end();
  }
};

class SmallRingJoinTest : public JoinTest {
 protected:
  SmallRingJoinTest() : JoinTest({.changes = 8}) {}
};

TEST_F(JoinTest, TheStateComesBetweenResetAndCurrentAndOnlyCurrentHasAToken) {
  project_.Put("a");
  project_.Put("b");
  const Watcher watcher = Watch();
  EXPECT_THAT(watcher.story(),
              ElementsAre("reset", "UPSERTED a@1 online", "UPSERTED b@2 online", "current"));
  for (const TextFrame& frame : watcher.sink->frames()) {
    EXPECT_EQ(frame.token.empty(), frame.kind != FrameKind::kCurrent);
  }
}

TEST_F(JoinTest, NothingIsSentBeforeBeginAndNothingBeforeReset) {
  const Watcher watcher = Make();
  project_.Put("a");
  RunTurns();
  EXPECT_THAT(watcher.story(), IsEmpty());
  watcher.session->Begin();
  project_.Put("b");
  RunTurns();
  EXPECT_THAT(watcher.story(),
              ElementsAre("reset", "UPSERTED a@1 online", "current", "UPSERTED b@2 online"));
}

TEST_F(JoinTest, WithoutSnapshotTheStreamBeginsWithCurrent) {
  project_.Put("a");
  const Watcher watcher = Watch({.snapshot = false});
  project_.SetStatus("a", "away");
  RunTurns();
  EXPECT_THAT(watcher.story(), ElementsAre("current", "UPDATED a@2 away"));
}

TEST_F(JoinTest, AWriteBeforeTheRecordIsListedIsInTheListOnly) {
  project_.Put("a");
  const Watcher watcher = Watch({.mode = Mode::kManual});
  EXPECT_THAT(watcher.story(), ElementsAre("reset"));
  project_.SetStatus("a", "away");
  Drain(watcher);
  EXPECT_THAT(watcher.story(), ElementsAre("reset", "UPSERTED a@2 away", "current"));
}

TEST_F(JoinTest, AWriteAfterTheRecordWasListedIsTold) {
  project_.Put("a");
  project_.Put("b");
  const Watcher watcher = Watch({.max_batch = 1, .mode = Mode::kManual});
  watcher.sink->Release();
  EXPECT_THAT(watcher.story(), ElementsAre("reset", "UPSERTED a@1 online"));
  project_.SetStatus("b", "away");
  project_.Delete("a");
  Drain(watcher);
  EXPECT_THAT(watcher.story(), ElementsAre("reset", "UPSERTED a@1 online", "UPSERTED b@2 online",
                                           "current", "UPDATED b@3 away", "DELETED a@4 online"));
}

// Three chunks: records that were listed, are being listed, and are not yet listed all change.
TEST_F(JoinTest, WritesDuringALongSnapshotAreEachToldOnceOrListed) {
  const auto name = [](int i) { return absl::StrFormat("r%04d", i); };
  for (int i = 0; i < 2500; ++i) project_.Put(name(i));
  const Watcher watcher = Watch({.mode = Mode::kManual});
  watcher.sink->Release();  // the first chunk has been read
  project_.SetStatus(name(0), "listed");
  project_.SetStatus(name(2400), "not listed");
  project_.Delete(name(1));
  project_.Delete(name(1500));
  project_.Put(name(1500), "again");
  project_.Put("new");
  Drain(watcher);
  EXPECT_EQ(ViewOf(watcher), Records());
  EXPECT_TRUE(Tells(watcher, "UPDATED r0000@2501 listed"));
  EXPECT_TRUE(Tells(watcher, "UPSERTED r2400@2502 not listed"));
  EXPECT_FALSE(Tells(watcher, "UPDATED r2400@2502 not listed"));
  EXPECT_TRUE(Tells(watcher, "DELETED r0001@2503 online"));
  EXPECT_FALSE(Tells(watcher, "DELETED r1500@2504 online"));
}

TEST_F(JoinTest, WritesDuringASnapshotByIndexAreEachToldOnceOrListed) {
  const auto name = [](int i) { return absl::StrFormat("r%04d", i); };
  for (int i = 0; i < 5000; ++i) project_.Put(name(i), i % 2 == 0 ? "online" : "away");
  const Watcher watcher =
      Watch({.queries = {R"({"method":"equal","attribute":"status","values":["online"]})"},
             .mode = Mode::kManual});
  watcher.sink->Release();
  project_.SetStatus(name(1), "online");     // enters where the scan has been
  project_.SetStatus(name(4801), "online");  // enters where it has not
  project_.SetStatus(name(2), "away");       // leaves where it has been
  project_.SetStatus(name(4802), "away");    // leaves where it has not
  Drain(watcher);
  std::map<std::string, Revision> expected = Records();
  for (const PresencePtr& record : project_.state.Scan({}, 0, 10'000).records) {
    if (record->status() != "online") expected.erase(std::string(record->id()));
  }
  EXPECT_EQ(ViewOf(watcher), expected);
}

// The commit is applied, but its changes are not published yet: the list is ahead of the ring.
TEST_F(JoinTest, CurrentWaitsForTheChangesThatTheListContains) {
  HoldPublishing();
  project_.Put("b");
  project_.Put("a");
  const Watcher all = Watch();
  const Watcher narrow = Watch({.channels = {"presences.b"}});
  EXPECT_THAT(all.story(), ElementsAre("reset", "UPSERTED b@1 online", "UPSERTED a@2 online"));
  EXPECT_THAT(narrow.story(), ElementsAre("reset", "UPSERTED b@1 online"));
  Publish();
  RunTurns();
  EXPECT_EQ(all.story().back(), "current");
  EXPECT_EQ(narrow.story().back(), "current");
  EXPECT_EQ(ViewOf(all), Records());
}

TEST_F(SmallRingJoinTest, FallingBehindDuringTheSnapshotStartsItAgain) {
  for (const char* id : {"a", "b", "c"}) project_.Put(id);
  const Watcher watcher = Watch({.max_batch = 1, .mode = Mode::kManual});
  watcher.sink->Release();
  watcher.sink->Release();
  EXPECT_THAT(watcher.story(), ElementsAre("reset", "UPSERTED a@1 online", "UPSERTED b@2 online"));
  project_.Delete("a");
  project_.Churn(20);
  Drain(watcher);
  EXPECT_EQ(ViewOf(watcher), Records());
  EXPECT_EQ(std::count(resets_.begin(), resets_.end(), "slow_consumer"), 1);
}

TEST_F(JoinTest, RecordsPastTheirExpiryAreNotListedNorTheirEndTold) {
  project_.Put("a", "online", {.ttl = seconds(1)});
  project_.Put("b", "online", {.ttl = std::chrono::milliseconds(1001)});
  project_.clock.Advance(seconds(1));
  const Watcher watcher = Watch();
  const Watcher narrow = Watch({.channels = {"presences.a"}});
  project_.Expire("a");
  project_.Put("a", "back");
  RunTurns();
  EXPECT_THAT(watcher.story(),
              ElementsAre("reset", "UPSERTED b@2 online", "current", "UPSERTED a@4 back"));
  EXPECT_THAT(narrow.story(), ElementsAre("reset", "current", "UPSERTED a@4 back"));
}

TEST_F(JoinTest, RecordsThatExpireWhileTheStateIsSentSlowlyAreNotSent) {
  for (const char* id : {"a", "b"}) project_.Put(id);
  project_.Put("c", "online", {.ttl = seconds(1)});
  project_.Put("d", "online", {.ttl = seconds(1)});
  const Watcher watcher = Watch({.max_batch = 1, .mode = Mode::kManual});
  watcher.sink->Release();
  EXPECT_THAT(watcher.story(), ElementsAre("reset", "UPSERTED a@1 online"));
  project_.clock.Advance(seconds(1));
  Drain(watcher);
  project_.Expire("c");
  project_.Expire("d");
  Drain(watcher);
  EXPECT_THAT(watcher.story(),
              ElementsAre("reset", "UPSERTED a@1 online", "UPSERTED b@2 online", "current"));
}

// A commit that read the clock before the expiry may publish a refresh after the scan.
TEST_F(JoinTest, ARecordThatWasLeftOutIsToldWhenItIsRefreshedAfterAll) {
  project_.Put("a", "online", {.ttl = seconds(1)});
  const TimePoint before = project_.clock.Now();
  project_.clock.Advance(seconds(1));
  const Watcher every = Watch();
  const Watcher skipping = Watch({.skip_unchanged = true});
  project_.clock.SetWall(before);
  project_.Refresh("a");
  project_.Refresh("a");
  RunTurns();
  EXPECT_THAT(every.story(),
              ElementsAre("reset", "current", "UPDATED a@2 online", "UPDATED a@3 online"));
  EXPECT_THAT(skipping.story(), ElementsAre("reset", "current", "UPDATED a@2 online"));
}

TEST_F(JoinTest, ARecordThatWasLeftOutAndThenHiddenIsNotRemoved) {
  project_.Put("a", "online", {.ttl = seconds(1)});
  const TimePoint before = project_.clock.Now();
  project_.clock.Advance(seconds(1));
  const Watcher guest = Watch({.caller = Guest()});
  project_.clock.SetWall(before);
  project_.SetRead("a", {"users"});
  project_.Delete("a");
  RunTurns();
  EXPECT_THAT(guest.story(), ElementsAre("reset", "current"));
}

TEST_F(JoinTest, FramesHoldAtMostMaxBatchChanges) {
  for (int i = 0; i < 20; ++i) project_.Put(absl::StrCat("s", i));
  const Watcher watcher = Watch({.max_batch = 7, .mode = Mode::kManual});
  for (int i = 0; i < 20; ++i) project_.Put(absl::StrCat("t", i));
  Drain(watcher);
  for (int i = 0; i < 20; ++i) project_.Put(absl::StrCat("u", i));
  Drain(watcher);
  EXPECT_EQ(ViewOf(watcher).size(), 60u);
  std::size_t most = 0;
  for (const TextFrame& frame : watcher.sink->frames()) {
    most = std::max(most, frame.changes.size());
  }
  EXPECT_EQ(most, 7u);
}

TEST_F(JoinTest, FramesAreBoundInBytes) {
  const PutSpec big{.metadata = absl::StrCat("{\"a\":\"", std::string(60'000, 'x'), "\"}")};
  for (int i = 0; i < 20; ++i) project_.Put(absl::StrCat("s", i), "online", big);
  const Watcher watcher = Watch({.mode = Mode::kManual});
  Drain(watcher);
  for (int i = 0; i < 20; ++i) project_.Put(absl::StrCat("t", i), "online", big);
  Drain(watcher);
  EXPECT_EQ(ViewOf(watcher).size(), 40u);
  for (const TextFrame& frame : watcher.sink->frames()) {
    EXPECT_LE(frame.bytes, 256u * 1024 + 70'000);
  }
}

}  // namespace
}  // namespace presences::hub
