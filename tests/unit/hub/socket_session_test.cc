// The socket's session: subscriptions that come and go, and a caller that changes.
#include "server/hub/socket_session.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "server/core/query.h"
#include "tests/unit/hub/hub_fixture.h"

namespace presences::hub {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// One line an event: "UPDATED a@2 away -> s1 s2".
class LineEncoder final : public SocketEncoder {
 public:
  std::string Event(const Change& change, ChangeView view) const override {
    const bool removed = view == ChangeView::kRemoved;
    const Presence& record = removed ? *change.before() : change.record();
    const char* type = removed                                  ? "REMOVED"
                       : change.kind() == ChangeKind::kUpserted ? "UPSERTED"
                       : change.after()                         ? "UPDATED"
                                                                : "GONE";
    return absl::StrCat(type, " ", record.id(), "@", change.revision(), " ", record.status());
  }
  void Append(std::string& out, absl::string_view event,
              absl::Span<const absl::string_view> ids) const override {
    absl::StrAppend(&out, event, " -> ", absl::StrJoin(ids, " "), "\n");
  }
};

class LineSink final : public Sink {
 public:
  bool Write(Frame frame) override {
    for (absl::string_view line : absl::StrSplit(frame.head, '\n', absl::SkipEmpty())) {
      lines_.emplace_back(line);
    }
    return open_;
  }
  void End(const absl::Status&) override {}
  void Abort(const absl::Status&) override {}

  std::vector<std::string> lines_;
  bool open_ = true;
};

// Lets a test act where the session looks at the clock.
class HookedClock final : public Clock {
 public:
  explicit HookedClock(Clock& clock) : clock_(clock) {}
  TimePoint Now() const override {
    if (auto hook = std::exchange(on_now_, nullptr)) hook();
    return clock_.Now();
  }
  MonotonicTime Monotonic() const override { return clock_.Monotonic(); }
  void WaitFor(MutexLock& lock, CondVar& cv, std::chrono::milliseconds timeout) override {
    clock_.WaitFor(lock, cv, timeout);
  }
  mutable std::function<void()> on_now_;

 private:
  Clock& clock_;
};

class SocketSessionTest : public SessionTest {
 protected:
  explicit SocketSessionTest(ChangeRing::Limits limits = {})
      : SessionTest(limits),
        clock_(project_.clock),
        hooked_{clock_, services_.schedule, services_.count_watchers, services_.count_frame,
                services_.count_reset} {}
  ~SocketSessionTest() override {
    if (session_ != nullptr) session_->Close();
  }

  void Open(Caller caller, Validity validity = {}) {
    session_ = std::make_shared<SocketSession>(
        topic_, sink_, std::move(caller), std::move(validity), encoder_lines_,
        SocketSession::Events{[this] { calls_.emplace_back("expired"); },
                              [this] { calls_.emplace_back("behind"); },
                              [this] { calls_.emplace_back("going_away"); }},
        hooked_);
    session_->Begin();
  }
  static SocketSubscription Sub(const std::string& id, std::vector<std::string> channels,
                                std::vector<std::string> queries = {}) {
    const auto filters = ParseWatchQueries(queries, {}, WatchDialect::kSocket);
    EXPECT_THAT(filters, presences::testing::IsOk());
    return {id, ChannelSet::ParseLenient(channels), *filters};
  }
  std::vector<std::string> Lines() {
    RunTurns();
    return std::exchange(sink_->lines_, {});
  }

  HookedClock clock_;
  Reader::Services hooked_;
  LineEncoder encoder_lines_;
  std::shared_ptr<LineSink> sink_ = std::make_shared<LineSink>();
  SocketSessionPtr session_;
  std::vector<std::string> calls_;
};

class SmallRingSocketSessionTest : public SocketSessionTest {
 protected:
  SmallRingSocketSessionTest() : SocketSessionTest({.changes = 8}) {}
};

constexpr char kOnline[] = R"({"method":"equal","attribute":"status","values":["online"]})";

TEST_F(SocketSessionTest, HearsChangesAfterSubscribingAndNoState) {
  Open(Guest());
  project_.Put("a");
  session_->Subscribe({Sub("s1", {"presences"})});
  project_.SetStatus("a", "away");
  project_.Delete("a");
  EXPECT_THAT(Lines(), ElementsAre("UPDATED a@2 away -> s1", "GONE a@3 away -> s1"));
  EXPECT_TRUE(session_->Unsubscribe("s1"));
  EXPECT_FALSE(session_->Unsubscribe("s1"));
  project_.Put("b");
  EXPECT_EQ(scheduled(), 0u);
  EXPECT_THAT(Lines(), IsEmpty());
}

TEST_F(SocketSessionTest, OneEventNamesAllSubscriptionsThatItIsFor) {
  Open(Guest());
  session_->Subscribe({Sub("all", {"presences"}), Sub("a", {"presences.a"}),
                       Sub("b", {"presences.b"}), Sub("foreign", {"documents"})});
  project_.Put("a");
  project_.Put("b");
  EXPECT_THAT(Lines(), ElementsAre("UPSERTED a@1 online -> all a", "UPSERTED b@2 online -> all b"));
}

TEST_F(SocketSessionTest, AChangeIsAnUpdateForOneSubscriptionAndARemovalForAnother) {
  Open(Guest());
  session_->Subscribe({Sub("all", {"presences"}), Sub("online", {"presences"}, {kOnline})});
  project_.Put("a");
  project_.SetStatus("a", "away");
  EXPECT_THAT(Lines(), ElementsAre("UPSERTED a@1 online -> all online", "UPDATED a@2 away -> all",
                                   "REMOVED a@2 online -> online"));
}

TEST_F(SocketSessionTest, OnlyFollowedRecordsWakeIt) {
  Open(Guest());
  project_.Put("a");
  EXPECT_EQ(scheduled(), 0u);
  session_->Subscribe({Sub("s1", {"presences.b"})});
  project_.Put("a");
  EXPECT_EQ(scheduled(), 0u);
  session_->Subscribe({Sub("s2", {"presences.a"})});
  project_.Put("a", "heard");
  EXPECT_THAT(Lines(), ElementsAre("UPSERTED a@3 heard -> s2"));
}

// The subscription is acknowledged while a turn is under way; what is committed after that counts.
TEST_F(SocketSessionTest, WhatIsCommittedAfterSubscribingIsHeardAlsoInTheMiddleOfATurn) {
  Open(Guest(), project_.clock.Now() + seconds(60));
  session_->Subscribe({Sub("a", {"presences.a"})});
  project_.Put("a");
  clock_.on_now_ = [this] {
    session_->Subscribe({Sub("b", {"presences.b"})});
    project_.Put("b");
  };
  EXPECT_THAT(Lines(), ElementsAre("UPSERTED a@1 online -> a", "UPSERTED b@2 online -> b"));
}

TEST_F(SocketSessionTest, ANewCallerIsToldWhatItNoLongerSeesOnce) {
  project_.Put("a", "online", {.read = {"user:u2"}});
  project_.Put("b");
  Open(User("u2"));
  session_->Subscribe({Sub("s1", {"presences"})});
  session_->SetCaller(Guest(), std::nullopt);
  EXPECT_THAT(Lines(), ElementsAre("REMOVED a@1 online -> s1"));
  project_.SetStatus("a", "secret");
  project_.SetStatus("b", "away");
  EXPECT_THAT(Lines(), ElementsAre("UPDATED b@4 away -> s1"));
}

TEST_F(SocketSessionTest, TheSameSightAgainRemovesNothing) {
  project_.Put("a", "online", {.read = {"user:u2"}});
  Open(User("u2"));
  session_->Subscribe({Sub("s1", {"presences"})});
  session_->SetCaller(User("u2"), std::nullopt);
  EXPECT_THAT(Lines(), IsEmpty());
}

// Changes that were committed but not yet told when the caller changed.
TEST_F(SocketSessionTest, PendingChangesAreToldAsTheNewCallerSeesThem) {
  project_.Put("a", "online", {.read = {"user:u2"}});
  project_.Put("b", "online", {.read = {"user:u2"}});
  Open(User("u2"));
  session_->Subscribe({Sub("s1", {"presences"})});
  project_.SetStatus("a", "secret");
  project_.Put("c");
  session_->SetCaller(Guest(), std::nullopt);
  const std::vector<std::string> lines = Lines();
  EXPECT_THAT(
      lines, ::testing::UnorderedElementsAre("REMOVED a@3 online -> s1", "REMOVED b@2 online -> s1",
                                             "UPSERTED c@4 online -> s1"));
}

TEST_F(SocketSessionTest, AnExpiredCredentialSilencesItUntilTheNextCaller) {
  Open(User("u2"), project_.clock.Now() + seconds(5));
  session_->Subscribe({Sub("s1", {"presences"})});
  project_.Put("a");
  EXPECT_THAT(Lines(), ElementsAre("UPSERTED a@1 online -> s1"));
  project_.clock.Advance(seconds(5));
  project_.Put("b");
  project_.Put("c", "online", {.read = {"users"}});
  EXPECT_THAT(Lines(), IsEmpty());
  EXPECT_THAT(calls_, ElementsAre("expired"));
  session_->SetCaller(User("u2"), project_.clock.Now() + seconds(60));
  EXPECT_THAT(Lines(), ElementsAre("UPSERTED b@2 online -> s1", "UPSERTED c@3 online -> s1"));
}

TEST_F(SocketSessionTest, ARevokedCredentialSilencesItUntilTheNextCaller) {
  const auto standing = std::make_shared<Standing>(Reason::kUserJwtInvalid);
  Open(User("u2"), Validity(std::nullopt, standing));
  session_->Subscribe({Sub("s1", {"presences"})});
  standing->Revoke();
  project_.Put("a");
  EXPECT_THAT(Lines(), IsEmpty());
  EXPECT_THAT(calls_, ElementsAre("expired"));
  session_->SetCaller(User("u2"), {});
  EXPECT_THAT(Lines(), ElementsAre("UPSERTED a@1 online -> s1"));
}

TEST_F(SmallRingSocketSessionTest, WhoFallsOffTheRingIsEndedAndTold) {
  Open(Guest());
  session_->Subscribe({Sub("s1", {"presences"})});
  sink_->open_ = false;
  project_.Put("a");
  EXPECT_THAT(Lines(), ElementsAre("UPSERTED a@1 online -> s1"));
  project_.Churn(20);
  session_->Ready();
  EXPECT_THAT(Lines(), IsEmpty());
  EXPECT_THAT(calls_, ElementsAre("behind"));
  EXPECT_EQ(topic_->session_count(), 0u);
}

TEST_F(SmallRingSocketSessionTest, ANewSubscriptionOfOneThatIdledIsNotBehind) {
  Open(Guest());
  session_->Subscribe({Sub("s1", {"presences.a"})});
  project_.Churn(50);
  session_->Subscribe({Sub("s2", {"presences"})});
  project_.Put("b");
  EXPECT_THAT(Lines(), ElementsAre("UPSERTED b@51 online -> s2"));
  EXPECT_THAT(calls_, IsEmpty());
}

// A reader that is poked between its last look and its wait.
class PokedReader final : public Reader {
 public:
  using Reader::Reader;
  void Begin() { Enter(topic().head()); }
  int steps_ = 0;

 private:
  Step TakeStep() override {
    if (++steps_ == 1) Poke();
    return Step::kPark;
  }
  bool IsDue(MonotonicTime, TimePoint) const override { return false; }
};

TEST_F(SocketSessionTest, APokeIsNotLostOnAReaderThatIsAboutToWait) {
  const auto reader = std::make_shared<PokedReader>(topic_, sink_, Followed{}, services_);
  reader->Begin();
  RunTurns();
  EXPECT_EQ(reader->steps_, 2);
  reader->Close();
}

}  // namespace
}  // namespace presences::hub
