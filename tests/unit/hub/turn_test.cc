// Turns and waiting: who is woken by what, who owns a session, what ends it.
#include "absl/strings/str_cat.h"
#include "tests/unit/hub/hub_fixture.h"

namespace presences::hub {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class TurnTest : public SessionTest {
 protected:
  explicit TurnTest(ChangeRing::Limits limits = {}) : SessionTest(limits) {}

  // Housekeeping as the hub does it.
  void LookAfter(const Watcher& watcher) {
    if (watcher.session->NeedsTurn(project_.clock.Monotonic(), project_.clock.Now(), seconds(10))) {
      turns_.push_back(watcher.session);
    }
  }
};

class SmallRingTurnTest : public TurnTest {
 protected:
  SmallRingTurnTest() : TurnTest({.changes = 8}) {}
};

TEST_F(TurnTest, OnlyChangesOfItsRecordsWakeANarrowSession) {
  const Watcher narrow = Watch({.channels = {"presences.a", "presences.b.update"}});
  project_.Put("c");
  EXPECT_EQ(scheduled(), 0u);
  project_.Put("a");
  EXPECT_EQ(scheduled(), 1u);
  RunTurns();
  project_.Put("b");
  EXPECT_EQ(scheduled(), 1u);
  RunTurns();
  project_.Put("c");
  EXPECT_EQ(scheduled(), 0u);
  project_.SetStatus("b", "away");
  RunTurns();
  EXPECT_THAT(narrow.story(),
              ElementsAre("reset", "current", "UPSERTED a@2 online", "UPDATED b@5 away"));
}

TEST_F(TurnTest, OneChangeWakesEverySessionOfItsRecordOnce) {
  std::vector<Watcher> watchers;
  for (int i = 0; i < 20; ++i) {
    watchers.push_back(Watch({.channels = {"presences.a", absl::StrCat("presences.b", i)}}));
  }
  project_.WriteAll(
      {project_.UpsertOf("a", "1"), project_.UpsertOf("b3", "1"), project_.UpsertOf("a", "2")});
  EXPECT_EQ(scheduled(), 20u);
  RunTurns();
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(watchers[i].story().size(), i == 3 ? 5u : 4u);
    EXPECT_EQ(watchers[i].story().back(), "UPSERTED a@3 2");
  }
  project_.Put("b7");
  EXPECT_EQ(scheduled(), 1u);
}

TEST_F(SmallRingTurnTest, ANarrowSessionIsNeverBehindHoweverLongItIdled) {
  const Watcher narrow = Watch({.channels = {"presences.a"}});
  project_.Churn(50);
  project_.Put("a");
  project_.Churn(7);
  RunTurns();
  EXPECT_THAT(narrow.story(), ElementsAre("reset", "current", "UPSERTED a@51 online"));
  EXPECT_THAT(resets_, IsEmpty());
}

TEST_F(SmallRingTurnTest, TheHeartbeatOfANarrowSessionCarriesAFreshToken) {
  const Watcher narrow = Watch({.channels = {"presences.a"}});
  project_.Churn(50);
  project_.clock.Advance(seconds(15));
  LookAfter(narrow);
  RunTurns();
  EXPECT_THAT(narrow.story(), ElementsAre("reset", "current", "heartbeat"));
  EXPECT_EQ(ResumeToken::Decode(narrow.sink->last_token())->revision, 50);
}

TEST_F(TurnTest, AHeartbeatNeverOvertakesAPendingChange) {
  const Watcher watcher = Watch();
  project_.clock.Advance(seconds(15));
  LookAfter(watcher);
  EXPECT_EQ(scheduled(), 1u);
  project_.Put("a");  // between the decision for a heartbeat and the turn
  RunTurns();
  EXPECT_THAT(watcher.story(), ElementsAre("reset", "current", "UPSERTED a@1 online"));
  project_.clock.Advance(milliseconds(14'999));
  LookAfter(watcher);
  RunTurns();
  EXPECT_EQ(watcher.story().back(), "UPSERTED a@1 online");
  project_.clock.Advance(milliseconds(1));
  LookAfter(watcher);
  RunTurns();
  EXPECT_EQ(watcher.story().back(), "heartbeat");
}

TEST_F(TurnTest, NoHeartbeatBeforeCurrent) {
  HoldPublishing();
  project_.Put("a");
  const Watcher watcher = Watch();
  project_.clock.Advance(seconds(60));
  LookAfter(watcher);
  RunTurns();
  EXPECT_THAT(watcher.story(), ElementsAre("reset", "UPSERTED a@1 online"));
  Publish();
  RunTurns();
  EXPECT_EQ(watcher.story().back(), "current");
}

TEST_F(TurnTest, ABusySessionLeavesTheLaneToOthersAndLosesNothing) {
  const Watcher busy = Watch({.max_batch = 1});
  for (int i = 1; i <= 100; ++i) project_.SetStatus(i == 1 ? (project_.Put("a"), "a") : "a", "x");
  const Watcher other = Make({.snapshot = false});
  const std::size_t before = busy.story().size();
  EXPECT_TRUE(RunTurn());
  EXPECT_LE(busy.story().size() - before, 8u);
  other.session->Begin();
  EXPECT_THAT(other.story(), ElementsAre("current"));
  // Starved of turns while writes go on.
  for (int i = 0; i < 100; ++i) project_.SetStatus("a", absl::StrCat(i));
  RunTurns();
  std::vector<std::string> story = busy.story();
  ASSERT_EQ(story.size(), 2u + 201u);
  EXPECT_EQ(story.back(), "UPDATED a@201 99");
}

TEST_F(TurnTest, AResumedSessionBecomesCurrentAlthoughWritesNeverStop) {
  project_.Put("a");
  const Watcher watcher = Make({.resume_after = 0});
  int writes = 0;
  std::function<void()> write = [&] {
    if (++writes < 50) watcher.sink->OnNextWrite(write);
    project_.SetStatus("a", absl::StrCat(writes));
  };
  watcher.sink->OnNextWrite(write);
  watcher.session->Begin();
  RunTurns();
  const auto story = watcher.story();
  const auto current = std::find(story.begin(), story.end(), "current");
  ASSERT_NE(current, story.end());
  EXPECT_LE(current - story.begin(), 2);
  EXPECT_EQ(story.size(), 52u);
}

TEST_F(TurnTest, CloseDuringATurnIsFollowedByNoFrame) {
  const Watcher watcher = Watch({.max_batch = 1});
  for (int i = 0; i < 5; ++i) project_.Put(absl::StrCat("a", i));
  watcher.sink->OnNextWrite([&] { watcher.session->Close(); });
  RunTurns();
  EXPECT_THAT(watcher.story(), ElementsAre("reset", "current", "UPSERTED a0@1 online"));
  EXPECT_EQ(topic_->session_count(), 0u);
  EXPECT_EQ(watcher.sink->ended(), std::nullopt);
}

TEST_F(TurnTest, CloseEndsTheWaitAndTheScheduledTurn) {
  const Watcher waiting = Watch();
  const Watcher narrow = Watch({.channels = {"presences.a"}});
  const Watcher scheduled_one = Watch();
  waiting.session->Close();
  narrow.session->Close();
  project_.Put("a");
  EXPECT_EQ(scheduled(), 1u);
  scheduled_one.session->Close();
  scheduled_one.session->Close();
  RunTurns();
  for (const Watcher& watcher : {waiting, narrow, scheduled_one}) {
    EXPECT_THAT(watcher.story(), ElementsAre("reset", "current"));
  }
  EXPECT_EQ(watchers_, 0);
}

TEST_F(TurnTest, CloseBeforeBeginLeavesNothingBehind) {
  const Watcher watcher = Make();
  watcher.session->Close();
  watcher.session->Begin();
  RunTurns();
  EXPECT_THAT(watcher.story(), IsEmpty());
  EXPECT_EQ(topic_->session_count(), 0u);
  EXPECT_EQ(watchers_, 0);
}

TEST_F(TurnTest, AClosedSessionIsFreedWhereverItWas) {
  std::vector<std::weak_ptr<Session>> sessions;
  {
    std::vector<Watcher> watchers = {Watch(), Watch({.channels = {"presences.a", "presences.b"}}),
                                     Watch({.mode = Mode::kManual})};
    watchers.push_back(Make());
    project_.Put("c");  // schedules the first
    for (const Watcher& watcher : watchers) {
      sessions.push_back(watcher.session);
      watcher.session->Close();
    }
  }
  made_.clear();
  RunTurns();
  for (const auto& session : sessions) EXPECT_TRUE(session.expired());
}

TEST_F(TurnTest, AReadyAfterCloseIsHarmless) {
  project_.Put("a");
  const Watcher watcher = Watch({.mode = Mode::kManual});
  watcher.session->Close();
  EXPECT_TRUE(watcher.sink->Release());
  RunTurns();
  EXPECT_THAT(watcher.story(), ElementsAre("reset"));
}

TEST_F(SmallRingTurnTest, ASlowReaderIsResetAndOthersAreNot) {
  project_.Put("a");
  const Watcher slow = Watch();
  const Watcher quick = Watch();
  slow.sink->SetMode(Mode::kManual);
  project_.SetStatus("a", "away");
  RunTurns();
  for (int i = 0; i < 30; ++i) {
    project_.Put("churn", absl::StrCat(i));
    RunTurns();
  }
  EXPECT_EQ(slow.sink->frames().size(), 4u);  // one frame under way, nothing queued
  slow.sink->SetMode(Mode::kOpen);
  slow.sink->Release();
  RunTurns();
  EXPECT_THAT(slow.story(),
              ElementsAre("reset", "UPSERTED a@1 online", "current", "UPDATED a@2 away", "reset",
                          "UPSERTED a@2 away", "UPSERTED churn@32 29", "current"));
  EXPECT_EQ(quick.story().size(), 3u + 31u);
  EXPECT_THAT(resets_, ElementsAre("slow_consumer"));
}

TEST_F(SmallRingTurnTest, ADeleteAtTheFloorIsSeen) {
  project_.Put("a");
  const Watcher watcher = Watch();
  watcher.sink->SetMode(Mode::kManual);
  project_.Put("b");
  RunTurns();
  project_.Delete("a");
  project_.Churn(7);  // the delete is the oldest change of the ring
  EXPECT_EQ(topic_->floor(), 2);
  Drain(watcher);
  EXPECT_EQ(watcher.story()[4], "DELETED a@3 online");
  EXPECT_THAT(resets_, IsEmpty());
}

TEST_F(SmallRingTurnTest, ADeleteBelowTheFloorCausesAResetWithoutTheRecord) {
  project_.Put("a");
  const Watcher watcher = Watch();
  watcher.sink->SetMode(Mode::kManual);
  project_.Put("b");
  RunTurns();
  project_.Delete("a");
  project_.Churn(8);
  EXPECT_EQ(topic_->floor(), 3);
  Drain(watcher);
  EXPECT_THAT(watcher.story(),
              ElementsAre("reset", "UPSERTED a@1 online", "current", "UPSERTED b@2 online", "reset",
                          "UPSERTED b@2 online", "UPSERTED churn@11 7", "current"));
}

TEST_F(TurnTest, ABatchThatTouchesARecordTwiceIsToldStepByStepOnce) {
  const Watcher watcher = Watch();
  DeleteInput gone;
  gone.presence_id = "a";
  project_.WriteAll({project_.UpsertOf("a", "1"), project_.UpsertOf("a", "2"), gone,
                     project_.UpsertOf("a", "3")});
  RunTurns();
  EXPECT_THAT(watcher.story(), ElementsAre("reset", "current", "UPSERTED a@1 1", "UPSERTED a@2 2",
                                           "DELETED a@3 2", "UPSERTED a@4 3"));
  const Watcher later = Watch();
  EXPECT_THAT(later.story(), ElementsAre("reset", "UPSERTED a@4 3", "current"));
}

TEST_F(TurnTest, OfARefreshAndAnExpiryOneWinsAndOneIsTold) {
  project_.Put("a", "online", {.ttl = seconds(1)});
  project_.Put("b", "online", {.ttl = seconds(1)});
  const Watcher watcher = Watch();
  project_.clock.Advance(milliseconds(999));
  project_.Refresh("a", seconds(1));
  project_.clock.Advance(milliseconds(1));
  project_.Expire("a");                             // too late: it was refreshed
  project_.Put("b", "again", {.ttl = seconds(1)});  // too late: it has expired
  project_.Expire("b");
  RunTurns();
  EXPECT_THAT(watcher.story(),
              ElementsAre("reset", "UPSERTED a@1 online", "UPSERTED b@2 online", "current",
                          "UPDATED a@3 online", "EXPIRED b@4 online", "UPSERTED b@5 again"));
}

TEST_F(TurnTest, WhatIsToldAlikeIsEncodedOnce) {
  std::vector<Watcher> watchers;
  for (int i = 0; i < 30; ++i) watchers.push_back(Watch());
  for (int i = 0; i < 30; ++i) watchers.push_back(Watch({.caller = User(absl::StrCat("w", i))}));
  const int entries = encoder_.entries();
  const int bodies = encoder_.bodies();
  project_.WriteAll({project_.UpsertOf("a", "1"), project_.UpsertOf("b", "1")});
  RunTurns();
  for (const Watcher& watcher : watchers) EXPECT_EQ(watcher.story().back(), "UPSERTED b@2 1");
  EXPECT_EQ(encoder_.entries() - entries, 2);
  EXPECT_EQ(encoder_.bodies() - bodies, 1);
}

TEST_F(TurnTest, ViewersThatSeeDifferentlyAreToldDifferentlyOfOneChange) {
  project_.Put("a");
  const Watcher guest = Watch({.caller = Guest()});
  const Watcher key = Watch();
  const Watcher owner = Watch({.caller = User("u1")});
  project_.SetRead("a", {});
  RunTurns();
  EXPECT_EQ(guest.story().back(), "REMOVED a@2 online");
  EXPECT_EQ(key.story().back(), "UPDATED a@2 online");
  EXPECT_EQ(owner.story().back(), "UPDATED a@2 online");
}

}  // namespace
}  // namespace presences::hub
