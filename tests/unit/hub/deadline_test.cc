// What time does to sessions: heartbeats, stuck peers, expiring credentials, going away.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/hub/resume_token.h"
#include "tests/unit/hub/hub_fixture.h"

namespace presences::hub {
namespace {

using presences::testing::HasReason;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::Not;

MATCHER_P(Tells, text, "") {
  const auto story = arg.story();
  return std::find(story.begin(), story.end(), text) != story.end();
}

class DeadlineTest : public HubTest {
 protected:
  DeadlineTest() { StartHub({}); }

  std::vector<Watcher> WatchMany(int count, const WatchSpec& spec = {}) {
    std::vector<Watcher> watchers;
    for (int i = 0; i < count; ++i) watchers.push_back(Watch(spec));
    for (const Watcher& watcher : watchers) EXPECT_TRUE(watcher.sink->AwaitText("current"));
    return watchers;
  }
  // Every session has been told when this returns.
  void GoAwayNow() {
    const Watcher last = Watch({.snapshot = false});
    hub_->GoAway(milliseconds(0));
    project_.clock.Advance(seconds(1));
    EXPECT_TRUE(last.sink->AwaitEnd());
  }
  template <typename Predicate>
  static int Count(const std::vector<Watcher>& watchers, const Predicate& predicate) {
    return static_cast<int>(std::count_if(watchers.begin(), watchers.end(), predicate));
  }
  static bool HasHeartbeat(const Watcher& watcher) { return watcher.story().back() == "heartbeat"; }
  static bool HasEnded(const Watcher& watcher) { return watcher.sink->ended().has_value(); }
};

TEST_F(DeadlineTest, HeartbeatsComeAfterFifteenSecondsOfSilencePlusMinusTenPercent) {
  const std::vector<Watcher> watchers = WatchMany(200);
  Pass(milliseconds(13'450));
  EXPECT_EQ(Count(watchers, HasHeartbeat), 0);
  Pass(milliseconds(1'350));
  const int half_way = Count(watchers, HasHeartbeat);
  EXPECT_GT(half_way, 20) << "they are not spread";
  EXPECT_LT(half_way, 180) << "they are not spread";
  Pass(milliseconds(1'700));
  EXPECT_EQ(Count(watchers, HasHeartbeat), 200);
}

TEST_F(DeadlineTest, AChangeDefersTheHeartbeat) {
  const Watcher watcher = Watch();
  for (int i = 0; i < 5; ++i) {
    Pass(seconds(13));
    project_.Put("a", absl::StrCat(i));
    EXPECT_TRUE(watcher.sink->AwaitText(absl::StrCat("UPSERTED a@", i + 1, " ", i)));
  }
  EXPECT_THAT(watcher, Not(Tells("heartbeat")));
}

TEST_F(DeadlineTest, AStuckPeerIsCutOffAloneAndToldWhy) {
  const Watcher stuck = Watch();
  const Watcher healthy = Watch();
  EXPECT_TRUE(stuck.sink->AwaitText("current"));
  stuck.sink->SetMode(Mode::kManual);
  project_.Put("a");
  EXPECT_TRUE(stuck.sink->AwaitText("UPSERTED a@1 online"));
  Pass(milliseconds(9'900));
  EXPECT_EQ(stuck.sink->aborted(), std::nullopt);
  Pass(milliseconds(200));
  ASSERT_TRUE(stuck.sink->AwaitAbort());
  EXPECT_THAT(*stuck.sink->aborted(), HasReason(Reason::kSlowConsumer, "resume_token"));
  EXPECT_EQ(hub_->session_count(), 1u);
  project_.Put("b");
  EXPECT_TRUE(healthy.sink->AwaitText("UPSERTED b@2 online"));
  EXPECT_EQ(healthy.sink->aborted(), std::nullopt);
  stuck.sink->Release();  // too late
  Pass(seconds(60));
  EXPECT_EQ(stuck.story().back(), "UPSERTED a@1 online");
}

TEST_F(DeadlineTest, ASlowPeerThatTakesSomethingEveryNineSecondsIsKept) {
  const Watcher slow = Watch();
  EXPECT_TRUE(slow.sink->AwaitText("current"));
  slow.sink->SetMode(Mode::kManual);
  for (int i = 1; i < 10; ++i) {
    project_.Put("a", absl::StrCat(i));
    EXPECT_TRUE(slow.sink->AwaitText(absl::StrCat("UPSERTED a@", i, " ", i)));
    Pass(seconds(9));
    EXPECT_TRUE(slow.sink->Release());
  }
  EXPECT_EQ(slow.sink->aborted(), std::nullopt);
}

TEST_F(DeadlineTest, TheWriteTimeoutCountsFromTheWriteNotFromTheOneBefore) {
  const Watcher watcher = Watch();
  EXPECT_TRUE(watcher.sink->AwaitText("current"));
  watcher.sink->SetMode(Mode::kManual);
  Pass(seconds(13));
  project_.Put("a");
  EXPECT_TRUE(watcher.sink->AwaitText("UPSERTED a@1 online"));
  Pass(seconds(9));
  EXPECT_EQ(watcher.sink->aborted(), std::nullopt);
}

TEST_F(DeadlineTest, AnExpiredCredentialEndsTheStreamWithoutALaterEvent) {
  const Watcher watcher = Watch({.validity = project_.clock.Now() + seconds(5)});
  project_.Put("a");
  EXPECT_TRUE(watcher.sink->AwaitText("UPSERTED a@1 online"));
  project_.clock.Advance(seconds(5));
  project_.Put("b");
  ASSERT_TRUE(watcher.sink->AwaitEnd());
  EXPECT_THAT(*watcher.sink->ended(), HasReason(Reason::kUserJwtInvalid, "expired"));
  EXPECT_THAT(*watcher.sink->ended(), HasReason(Reason::kUserJwtInvalid, "resume_token"));
  EXPECT_EQ(watcher.story().back(), "UPSERTED a@1 online");
  // Nothing was lost for one who comes back with a new credential.
  const Watcher again = Resume({}, watcher.sink->last_token());
  EXPECT_TRUE(again.sink->AwaitText("current"));
  EXPECT_THAT(again.story(), ElementsAre("UPSERTED b@2 online", "current"));
}

TEST_F(DeadlineTest, AnExpiredCredentialEndsAnIdleStreamInTime) {
  const Watcher watcher = Watch({.validity = project_.clock.Now() + seconds(5)});
  EXPECT_TRUE(watcher.sink->AwaitText("current"));
  Pass(milliseconds(4'900));
  EXPECT_EQ(watcher.sink->ended(), std::nullopt);
  Pass(milliseconds(120));
  EXPECT_THAT(*watcher.sink->ended(), HasReason(Reason::kUserJwtInvalid, "expired"));
}

TEST_F(DeadlineTest, ACredentialThatExpiresDuringAWriteEndsTheStreamAfterIt) {
  project_.Put("a");
  const Watcher watcher =
      Watch({.max_batch = 1, .validity = project_.clock.Now() + seconds(5), .mode = Mode::kManual});
  Pass(seconds(6));
  EXPECT_EQ(watcher.sink->ended(), std::nullopt);
  watcher.sink->Release();
  EXPECT_THAT(*watcher.sink->ended(), HasReason(Reason::kUserJwtInvalid, "expired"));
  EXPECT_THAT(watcher.story(), ElementsAre("reset"));
}

TEST_F(DeadlineTest, ARevokedCredentialEndsAnIdleStreamAtTheNextLook) {
  const auto standing = std::make_shared<Standing>(Reason::kUserUnauthenticated);
  const Watcher watcher = Watch({.validity = Validity(std::nullopt, standing)});
  EXPECT_TRUE(watcher.sink->AwaitText("current"));
  Pass(milliseconds(100));
  EXPECT_EQ(watcher.sink->ended(), std::nullopt);
  standing->Revoke();
  Pass(milliseconds(100));
  EXPECT_THAT(*watcher.sink->ended(), HasReason(Reason::kUserUnauthenticated, "revoked"));
}

TEST_F(DeadlineTest, ARevokedCredentialHearsNoLaterEvent) {
  const auto standing = std::make_shared<Standing>(Reason::kUserJwtInvalid);
  const Watcher watcher = Watch({.validity = Validity(std::nullopt, standing)});
  EXPECT_TRUE(watcher.sink->AwaitText("current"));
  standing->Revoke();
  project_.Put("a");
  ASSERT_TRUE(watcher.sink->AwaitEnd());
  EXPECT_THAT(*watcher.sink->ended(), HasReason(Reason::kUserJwtInvalid, "revoked"));
  EXPECT_EQ(watcher.story().back(), "current");
}

TEST_F(DeadlineTest, GoingAwayIsSpreadOverTheWindow) {
  const std::vector<Watcher> watchers = WatchMany(100);
  hub_->GoAway(seconds(10));
  EXPECT_EQ(Count(watchers, HasEnded), 0);
  for (int second = 1; second <= 10; ++second) {
    project_.clock.Advance(seconds(1));
    EXPECT_TRUE(watchers[second * 10 - 1].sink->AwaitEnd()) << second;  // the oldest go first
    EXPECT_LE(Count(watchers, HasEnded), second * 10 + 2) << second;
  }
  EXPECT_EQ(hub_->session_count(), 0u);
  for (const Watcher& watcher : watchers) {
    EXPECT_THAT(*watcher.sink->ended(), HasReason(Reason::kGeneralShuttingDown, "resume_token"));
    EXPECT_THAT(watcher.story(), ElementsAre("reset", "current", "going_away"));
  }
}

// The next server's ring begins when it starts: a token from before its first change is too old.
TEST_F(DeadlineTest, GoingAwayComesAfterEverythingThatThereIs) {
  const Watcher busy = WatchMany(1, {.max_batch = 1})[0];
  busy.sink->SetMode(Mode::kManual);
  for (int i = 1; i <= 3; ++i) project_.Put("a", absl::StrCat(i));
  EXPECT_TRUE(busy.sink->AwaitText("UPSERTED a@1 1"));
  GoAwayNow();
  busy.sink->SetMode(Mode::kOpen);
  busy.sink->Release();
  EXPECT_TRUE(busy.sink->AwaitEnd());
  EXPECT_THAT(busy.story(), ElementsAre("reset", "current", "UPSERTED a@1 1", "UPSERTED a@2 2",
                                        "UPSERTED a@3 3", "going_away"));
  StartHub({});  // the same epoch: a restart
  const Watcher again = Resume({.max_batch = 1}, busy.sink->last_token());
  EXPECT_TRUE(again.sink->AwaitText("current"));
  EXPECT_THAT(again.story(), ElementsAre("current"));
}

TEST_F(DeadlineTest, GoingAwayCarriesATokenThatResumesWithoutAGap) {
  StartReplica();
  const Watcher busy = Watch({.max_batch = 1});
  const Watcher narrow = Watch({.channels = {"presences.a"}});
  EXPECT_TRUE(busy.sink->AwaitText("current"));
  EXPECT_TRUE(narrow.sink->AwaitText("current"));
  busy.sink->SetMode(Mode::kManual);
  for (int i = 1; i <= 5; ++i) project_.Put("a", absl::StrCat(i));
  EXPECT_TRUE(busy.sink->AwaitText("UPSERTED a@1 1"));
  EXPECT_TRUE(narrow.sink->AwaitText("UPSERTED a@5 5"));
  GoAwayNow();
  EXPECT_TRUE(narrow.sink->AwaitEnd());
  busy.sink->SetMode(Mode::kOpen);
  busy.sink->Release();
  EXPECT_TRUE(busy.sink->AwaitEnd());
  EXPECT_THAT(busy.story(),
              ElementsAre("reset", "current", "UPSERTED a@1 1", "UPSERTED a@2 2", "UPSERTED a@3 3",
                          "UPSERTED a@4 4", "UPSERTED a@5 5", "going_away"));
  project_.Put("a", "6");

  SwitchToReplica();
  const Watcher busy_again = Resume({.max_batch = 1}, busy.sink->last_token());
  const Watcher narrow_again = Resume({.channels = {"presences.a"}}, narrow.sink->last_token());
  EXPECT_TRUE(busy_again.sink->AwaitText("current"));
  EXPECT_TRUE(narrow_again.sink->AwaitText("current"));
  EXPECT_THAT(busy_again.story(), ElementsAre("UPSERTED a@6 6", "current"));
  EXPECT_THAT(narrow_again.story(), ElementsAre("UPSERTED a@6 6", "current"));
}

TEST_F(DeadlineTest, GoingAwayWithinTheStateCarriesNoToken) {
  project_.Put("a");
  const Watcher watcher = Watch({.mode = Mode::kManual});
  GoAwayNow();
  watcher.sink->Release();
  watcher.sink->Release();
  ASSERT_TRUE(watcher.sink->AwaitEnd());
  EXPECT_THAT(watcher.story(), ElementsAre("reset", "going_away"));
  EXPECT_EQ(watcher.sink->last_token(), "");
}

TEST_F(DeadlineTest, WhoeverComesWhileTheHubGoesAwayIsSentOnAtOnce) {
  const std::string token = WatchMany(1)[0].sink->last_token();
  hub_->GoAway(seconds(10));
  const Watcher fresh = Watch();
  const Watcher resumed = Resume({}, token);
  EXPECT_TRUE(fresh.sink->AwaitEnd());
  EXPECT_TRUE(resumed.sink->AwaitEnd());
  EXPECT_THAT(fresh.story(), ElementsAre("going_away"));
  EXPECT_THAT(resumed.story(), ElementsAre("going_away"));
  EXPECT_EQ(resumed.sink->last_token(), token);
}

TEST_F(DeadlineTest, ASessionThatBeginsAfterTheHubWentAwayIsSentOnToo) {
  Subscription subscription;
  subscription.viewer = ViewerOf({});
  subscription.encoder = &encoder_;
  const auto sink = std::make_shared<RecordingSink>();
  const SessionPtr session = *hub_->Open(std::move(subscription), sink);
  hub_->GoAway(milliseconds(0));
  session->Begin();
  project_.clock.Advance(seconds(1));
  EXPECT_TRUE(sink->AwaitEnd());
}

TEST_F(DeadlineTest, APeerThatIsStuckInGoingAwayIsCutOff) {
  const Watcher watcher = WatchMany(1)[0];
  watcher.sink->SetMode(Mode::kManual);
  GoAwayNow();
  EXPECT_TRUE(watcher.sink->AwaitText("going_away"));
  project_.clock.Advance(seconds(11));
  EXPECT_TRUE(watcher.sink->AwaitAbort());
  EXPECT_EQ(hub_->session_count(), 0u);
}

// The transport's Ready may come while the hub still ends the session; the sink checks the rest.
TEST_F(DeadlineTest, GoingAwayEndsEachSessionOnceWhateverTheTransportDoes) {
  std::vector<Watcher> watchers;
  for (int i = 0; i < 300; ++i) watchers.push_back(Watch({.mode = Mode::kPool}));
  for (const Watcher& watcher : watchers) EXPECT_TRUE(watcher.sink->AwaitText("current"));
  GoAwayNow();
  for (const Watcher& watcher : watchers) {
    // A session that was on its way to wait is seen by a later look.
    for (int i = 0; i < 1000 && !watcher.sink->AwaitEnd(milliseconds(10)); ++i) {
      project_.clock.Advance(kLook);
    }
    EXPECT_THAT(watcher.story(), ElementsAre("reset", "current", "going_away"));
  }
}

TEST_F(DeadlineTest, CountsWatchersDeliveriesAndResets) {
  const presences::Labels grpc = {{"surface", "grpc"}};
  const std::vector<Watcher> watchers = WatchMany(3);
  EXPECT_EQ(project_.metrics.Value("presences_watchers", grpc), 3);
  project_.Put("a");
  for (const Watcher& watcher : watchers) {
    EXPECT_TRUE(watcher.sink->AwaitText("UPSERTED a@1 online"));
  }
  EXPECT_EQ(project_.metrics.Value("presences_deliveries_total", grpc), 3);
  watchers[0].session->Close();
  watchers[0].session->Close();
  EXPECT_EQ(project_.metrics.Value("presences_watchers", grpc), 2);
}

TEST_F(DeadlineTest, SessionsMayOutliveTheHub) {
  std::weak_ptr<Session> session;
  {
    const Watcher watcher = Watch({.mode = Mode::kManual});
    session = watcher.session;
    made_.clear();
    hub_.reset();
    watcher.sink->Release();
    watcher.session->Close();
    EXPECT_THAT(watcher.story(), ElementsAre("reset"));
  }
  EXPECT_TRUE(session.expired());
}

TEST_F(DeadlineTest, AHubThatIsDestroyedFreesSessionsThatNobodyClosed) {
  std::vector<std::weak_ptr<Session>> sessions;
  for (const Watcher& watcher : WatchMany(3)) sessions.push_back(watcher.session);
  made_.clear();
  hub_.reset();
  for (const auto& session : sessions) EXPECT_TRUE(session.expired());
}

}  // namespace
}  // namespace presences::hub
