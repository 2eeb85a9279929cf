#include <atomic>
#include <fstream>
#include <sstream>

#include "client/cli/environment.h"
#include "client/cli/exit_codes.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/reason.h"
#include "tests/support/fake_clock.h"
#include "tests/unit/client/mock_connection.h"
#include "tests/unit/client/stepping_clock.h"

namespace presences::cli {
namespace {

using client::StreamEvent;
using std::chrono::milliseconds;
using ::testing::_;
using ::testing::AllOf;
using ::testing::ByMove;
using ::testing::DoAll;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Optional;
using ::testing::Return;
using ::testing::SaveArg;

client::Presence Record(const std::string& id) {
  return {.id = id, .user_id = "u1", .status = "online", .revision = 4};
}
StreamEvent ChangesOf(const std::vector<std::string>& ids) {
  StreamEvent event{.kind = StreamEvent::Kind::kChanges, .resume_token = "t"};
  for (const std::string& id : ids) {
    event.changes.push_back({.type = client::ChangeType::kUpserted, .presence = Record(id)});
  }
  return event;
}

class RunTest : public ::testing::Test {
 protected:
  int Ctl(const std::vector<std::string>& arguments) {
    out_.str("");
    err_.str("");
    const Environment environment{.connect =
                                      [this](const client::ConnectOptions& options) {
                                        options_ = options;
                                        return client::PresenceClient(connection_);
                                      },
                                  .in = in_,
                                  .out = out_,
                                  .err = err_,
                                  .terminal = terminal_,
                                  .clock = waiting_ ? static_cast<Clock&>(stepping_) : clock_,
                                  .diagnose = diagnose_};
    return cli::Run(arguments, environment);
  }
  void Streams(std::vector<StreamEvent> events,
               absl::Status end = absl::CancelledError("the test is over")) {
    EXPECT_CALL(*connection_, Subscribe)
        .WillOnce([this, events, end](client::SubscribeRequest request) {
          subscribed_ = std::move(request);
          return std::make_unique<client::PreparedStream>(events, end);
        });
  }

  presences::testing::FakeClock clock_;
  std::shared_ptr<::testing::StrictMock<client::MockConnection>> connection_ =
      std::make_shared<::testing::StrictMock<client::MockConnection>>();
  std::istringstream in_;
  std::ostringstream out_;
  std::ostringstream err_;
  bool terminal_ = false;
  client::SteppingClock stepping_;
  bool waiting_ = false;  // every wait is over at once
  std::function<std::string(const std::string&)> diagnose_;
  client::ConnectOptions options_;
  client::SubscribeRequest subscribed_;
};

TEST_F(RunTest, UpsertSendsEveryOption) {
  client::PresenceUpsert sent;
  EXPECT_CALL(*connection_, Upsert).WillOnce(DoAll(SaveArg<0>(&sent), Return(Record("p1"))));
  EXPECT_EQ(Ctl({"upsert", "p1", "--status", "online", "--user=u1", "--metadata", "{\"a\":[1]}",
                 "--ttl", "5m", "--permission", "read(\"any\")", "--permission",
                 "update(\"team:T\")", "--if_revision=0", "--project", "demo", "--key", "k"}),
            0);
  EXPECT_EQ(sent.id, "p1");
  EXPECT_EQ(sent.user_id, "u1");
  EXPECT_EQ(sent.metadata, "{\"a\":[1]}");
  EXPECT_EQ(sent.expires_at, clock_.Now() + milliseconds(300'000));
  EXPECT_THAT(*sent.permissions, ElementsAre("read(\"any\")", "update(\"team:T\")"));
  EXPECT_EQ(sent.if_revision, 0);
  EXPECT_EQ(options_.project, "demo");
  EXPECT_EQ(options_.api_key, "k");
  EXPECT_THAT(out_.str(), HasSubstr("\"$id\":\"p1\""));
}

TEST_F(RunTest, AbsentOptionsStayAbsent) {
  client::PresenceUpsert sent;
  EXPECT_CALL(*connection_, Upsert).WillOnce(DoAll(SaveArg<0>(&sent), Return(Record("p1"))));
  EXPECT_EQ(Ctl({"upsert", "p1", "--status", "online"}), 0);
  EXPECT_FALSE(sent.user_id || sent.metadata || sent.expires_at || sent.permissions ||
               sent.if_revision);
  EXPECT_CALL(*connection_, Upsert).WillOnce(DoAll(SaveArg<0>(&sent), Return(Record("p1"))));
  EXPECT_EQ(Ctl({"upsert", "p1", "--status", "online", "--no_permissions"}), 0);
  EXPECT_TRUE(sent.permissions && sent.permissions->empty());
}

TEST_F(RunTest, UpdateIsSparse) {
  client::PresenceUpdate sent;
  EXPECT_CALL(*connection_, Update).WillOnce(DoAll(SaveArg<0>(&sent), Return(Record("p1"))));
  EXPECT_EQ(Ctl({"update", "p1", "--expires_at", "2030-01-02T00:00:00Z", "--purge"}), 0);
  EXPECT_FALSE(sent.status.has_value());
  EXPECT_TRUE(sent.purge);
  EXPECT_EQ(sent.expires_at, clock_.Now() + std::chrono::hours(24));
}

TEST_F(RunTest, ShowsTablesOnATerminalAndJsonElsewhere) {
  EXPECT_CALL(*connection_, List)
      .WillRepeatedly(Return(client::PresenceList{.total = 7, .presences = {Record("p1")}}));
  EXPECT_EQ(Ctl({"list"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("{\"total\":7,"));
  EXPECT_EQ(Ctl({"list", "--output=table"}), 0);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("STATUS"), HasSubstr("1 of 7")));
  terminal_ = true;
  EXPECT_EQ(Ctl({"list"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("STATUS"));
  EXPECT_EQ(Ctl({"list", "--output", "json"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("{\"total\":7,"));
}

TEST_F(RunTest, ListTurnsOptionsIntoQueries) {
  client::ListRequest sent;
  EXPECT_CALL(*connection_, List)
      .WillOnce(DoAll(SaveArg<0>(&sent), Return(client::PresenceList{})));
  EXPECT_EQ(Ctl({"list", "--status=online", "--limit", "5", "--order=-$updatedAt", "--after", "p9",
                 "--query", R"({"method":"isNotNull","attribute":"metadata.a"})"}),
            0);
  EXPECT_THAT(sent.queries,
              ElementsAre(R"({"method":"isNotNull","attribute":"metadata.a"})",
                          R"({"method":"equal","attribute":"status","values":["online"]})",
                          R"({"method":"orderDesc","attribute":"$updatedAt","values":[]})",
                          R"({"method":"limit","values":[5]})",
                          R"({"method":"cursorAfter","values":["p9"]})"));
}

TEST_F(RunTest, ARefusalIsOneWithReasonAndHint) {
  EXPECT_CALL(*connection_, Get)
      .WillOnce(Return(MakeError(Reason::kUserUnauthenticated, "who are you?")));
  EXPECT_EQ(Ctl({"get", "p1"}), 1);
  EXPECT_THAT(err_.str(), HasSubstr("error: who are you? (" +
                                    std::string(RowOf(Reason::kUserUnauthenticated).name) + ")"));
  EXPECT_EQ(out_.str(), "");
}

TEST_F(RunTest, AServerThatDoesNotAnswerIsThree) {
  EXPECT_CALL(*connection_, Delete).WillOnce(Return(absl::UnavailableError("refused")));
  EXPECT_EQ(Ctl({"delete", "p1", "--endpoint", "h:1"}), 3);
  EXPECT_THAT(err_.str(), AllOf(HasSubstr("cannot reach h:1"), HasSubstr("PRESENCES_ENDPOINT")));
  // A server that answers, but cannot store, is reached.
  EXPECT_CALL(*connection_, Delete)
      .WillOnce(Return(MakeError(Reason::kGeneralStorageUnavailable, "disk full")));
  EXPECT_EQ(Ctl({"delete", "p1"}), 1);
}

TEST_F(RunTest, WrongUsageIsTwoAndSaysWhatIsRight) {
  EXPECT_EQ(Ctl({}), 2);
  EXPECT_EQ(Ctl({"nonsense"}), 2);
  EXPECT_EQ(Ctl({"upsert", "p1"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("error: --status is required"));
  EXPECT_EQ(Ctl({"upsert", "p1", "--status=s", "--ttl=5"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("write e.g. 90s"));
  EXPECT_EQ(Ctl({"upsert", "p1", "--status=s", "--ttl=5s", "--expires_at=2030-01-01"}), 2);
  EXPECT_EQ(Ctl({"list", "--filter", "x"}), 2);
  EXPECT_EQ(Ctl({"watch", "--until=never"}), 2);
  EXPECT_EQ(Ctl({"token", "mint", "--user=u"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("--secret"));
  EXPECT_EQ(Ctl({"--help"}), 0);
  EXPECT_EQ(Ctl({"--version"}), 0);
}

TEST_F(RunTest, WatchPrintsALinePerEvent) {
  Streams({{.kind = StreamEvent::Kind::kReset},
           ChangesOf({"a", "b"}),
           {.kind = StreamEvent::Kind::kCurrent, .resume_token = "t2"}},
          MakeError(Reason::kUserJwtInvalid, "expired"));
  EXPECT_EQ(Ctl({"watch", "--channel=presences.a", "--channel=presences", "--resume_token=t0",
                 "--filter=status=online"}),
            1);
  EXPECT_THAT(subscribed_.channels, ElementsAre("presences.a", "presences"));
  EXPECT_EQ(subscribed_.resume_token, "t0");
  EXPECT_EQ(subscribed_.queries.size(), 1u);
  const std::string text = out_.str();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4);
  EXPECT_THAT(text, HasSubstr("{\"event\":\"current\",\"resumeToken\":\"t2\"}\n"));
  EXPECT_THAT(err_.str(), HasSubstr("USER_JWT_INVALID"));
}

TEST_F(RunTest, WatchEndsAfterTheGivenChangesWithinABatch) {
  Streams({ChangesOf({"a"}), ChangesOf({"b", "c", "d"}), ChangesOf({"e"})});
  EXPECT_EQ(Ctl({"watch", "--count", "3"}), 0);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("\"c\""), Not(HasSubstr("\"d\""))));
  EXPECT_THAT(subscribed_.channels, ElementsAre("presences"));
}

TEST_F(RunTest, WatchUntilCurrentEndsThere) {
  Streams({{.kind = StreamEvent::Kind::kReset},
           ChangesOf({"a"}),
           {.kind = StreamEvent::Kind::kCurrent},
           ChangesOf({"late"})});
  EXPECT_EQ(Ctl({"watch", "--until=current"}), 0);
  EXPECT_THAT(out_.str(), Not(HasSubstr("late")));
}

TEST_F(RunTest, ExportWritesTheStateAtCurrent) {
  Streams({{.kind = StreamEvent::Kind::kReset},
           ChangesOf({"b", "a"}),
           {.kind = StreamEvent::Kind::kChanges,
            .changes = {{.type = client::ChangeType::kExpired, .presence = Record("b")}}},
           {.kind = StreamEvent::Kind::kCurrent}});
  EXPECT_EQ(Ctl({"export"}), 0);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("\"$id\":\"a\""), Not(HasSubstr("\"$id\":\"b\""))));
  EXPECT_THAT(err_.str(), HasSubstr("1 presences exported"));
}

TEST_F(RunTest, ImportGoesOnBehindLinesThatFail) {
  in_.str("{\"$id\":\"a\",\"status\":\"s\"}\n\nnonsense\n{\"$id\":\"b\",\"status\":\"s\"}\n");
  std::vector<client::PresenceUpsert> sent;
  EXPECT_CALL(*connection_, BatchUpsert)
      .WillOnce([&](const std::vector<client::PresenceUpsert>& items) {
        sent = items;
        return client::BatchResults{Record("a"),
                                    MakeError(Reason::kPresenceAlreadyExists, "taken")};
      });
  EXPECT_EQ(Ctl({"import", "--ttl=1m"}), 1);
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(sent[1].expires_at, clock_.Now() + milliseconds(60'000));
  EXPECT_THAT(err_.str(), AllOf(HasSubstr("line 3: error:"), HasSubstr("line 4: error: taken"),
                                HasSubstr("1 presences imported, 2 refused")));
}

TEST_F(RunTest, ImportSplitsIntoBatchesTheServerTakes) {
  std::string lines;
  for (int i = 0; i < 501; ++i) {
    lines += "{\"$id\":\"p" + std::to_string(i) + "\",\"status\":\"s\"}\n";
  }
  in_.str(lines);
  std::vector<std::size_t> sizes;
  EXPECT_CALL(*connection_, BatchUpsert)
      .Times(2)
      .WillRepeatedly([&](const std::vector<client::PresenceUpsert>& items) {
        sizes.push_back(items.size());
        return client::BatchResults(items.size(), Record("x"));
      });
  EXPECT_EQ(Ctl({"import"}), 0);
  EXPECT_THAT(sizes, ElementsAre(500, 1));
}

TEST_F(RunTest, ExitCodesTellRefusalsApart) {
  EXPECT_CALL(*connection_, Delete)
      .WillOnce(Return(MakeError(Reason::kPresenceNotFound, "no such")))
      .WillOnce(Return(MakeError(Reason::kPresenceRevisionMismatch, "another")))
      .WillOnce(Return(MakeError(Reason::kPresenceAlreadyExists, "taken")))
      .WillOnce(Return(MakeError(Reason::kUserUnauthorized, "not yours")));
  EXPECT_EQ(Ctl({"delete", "p1"}), kNotFound);
  EXPECT_EQ(Ctl({"delete", "p1"}), kConflict);
  EXPECT_THAT(err_.str(), HasSubstr("hint: read it again"));
  EXPECT_EQ(Ctl({"delete", "p1"}), kConflict);
  EXPECT_EQ(Ctl({"delete", "p1"}), kRefused);
}

TEST_F(RunTest, AnUnreachableServerIsLookedAt) {
  diagnose_ = [](const std::string& endpoint) { return "nothing listens at " + endpoint; };
  EXPECT_CALL(*connection_, Delete).WillOnce(Return(absl::UnavailableError("refused")));
  EXPECT_EQ(Ctl({"delete", "p1", "--endpoint", "h:1"}), kUnreachable);
  EXPECT_THAT(err_.str(), HasSubstr("hint: nothing listens at h:1; is presenced running"));
}

TEST_F(RunTest, HealthAsksForTheServerAndItsServices) {
  EXPECT_CALL(*connection_, CheckHealth(_)).WillRepeatedly(Return(client::Health::kServing));
  EXPECT_CALL(*connection_, CheckHealth("presences.v1.Realtime"))
      .WillOnce(Return(client::Health::kNotServing));
  EXPECT_EQ(Ctl({"health", "--output=table"}), 0);
  EXPECT_EQ(out_.str(),
            "server                  serving\npresences.v1.Presences  serving\n"
            "presences.v1.Realtime   not serving\n");
}

TEST_F(RunTest, HealthWaitsAsLongAsItIsTold) {
  waiting_ = true;
  EXPECT_CALL(*connection_, CheckHealth("s"))
      .WillOnce(Return(absl::UnavailableError("not yet")))
      .WillOnce(Return(client::Health::kNotServing))
      .WillOnce(Return(client::Health::kServing));
  EXPECT_EQ(Ctl({"health", "s", "--wait=1s"}), 0);
  EXPECT_CALL(*connection_, CheckHealth("s"))
      .Times(6)
      .WillRepeatedly(Return(client::Health::kNotServing));
  EXPECT_EQ(Ctl({"health", "s", "--wait=1s"}), 1);
}

TEST_F(RunTest, HealthAnswersByItsExitCode) {
  EXPECT_CALL(*connection_, CheckHealth("presences.v1.Presences"))
      .WillOnce(Return(client::Health::kServing))
      .WillOnce(Return(client::Health::kNotServing))
      .WillOnce(Return(absl::UnavailableError("down")));
  EXPECT_EQ(Ctl({"health", "presences.v1.Presences", "--output=table"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("serving\n"));
  EXPECT_EQ(options_.retry.max_attempts, 1);
  EXPECT_EQ(Ctl({"health", "presences.v1.Presences"}), 1);
  EXPECT_EQ(out_.str(),
            "{\"status\":\"not serving\",\"services\":{\"presences.v1.Presences\":"
            "\"not serving\"}}\n");
  EXPECT_EQ(Ctl({"health", "presences.v1.Presences"}), 3);
}

TEST_F(RunTest, InspectWarnsOfAnExpiredToken) {
  EXPECT_EQ(Ctl({"token", "mint", "--user=u1", "--secret=s", "--ttl=1m"}), 0);
  std::string token = out_.str();
  token.pop_back();
  EXPECT_EQ(Ctl({"token", "inspect", token}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("\"sub\":\"u1\""));
  EXPECT_THAT(err_.str(), AllOf(HasSubstr("not checked"), Not(HasSubstr("warning"))));
  clock_.Advance(std::chrono::minutes(2));
  EXPECT_EQ(Ctl({"token", "inspect", token}), 0);
  EXPECT_THAT(err_.str(), HasSubstr("warning: it expired 1m0s ago"));
  EXPECT_EQ(Ctl({"token", "inspect", "abc"}), 2);
}

TEST_F(RunTest, MintReadsASecretFileAsTheServerDoes) {
  const std::string path = ::testing::TempDir() + "/presencectl_secret";
  std::ofstream(path) << "s\n";
  EXPECT_EQ(Ctl({"token", "mint", "--user=u1", "--secret=s"}), 0);
  const std::string expected = out_.str();
  EXPECT_EQ(Ctl({"token", "mint", "--user=u1", "--secret_file", path}), 0);
  EXPECT_EQ(out_.str(), expected);
  EXPECT_EQ(Ctl({"token", "mint", "--user=u1", "--secret_file", path + ".absent"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("cannot read"));
}

TEST_F(RunTest, HoldSaysWhatAServerWithoutItCannotDo) {
  class NoHold final : public client::HeldStream {
   public:
    absl::StatusOr<client::Presence> Next() override {
      return MakeError(Reason::kGeneralNotImplemented, "Connect is not served");
    }
    void Release() override {}
  };
  EXPECT_CALL(*connection_, Hold).WillOnce(Return(ByMove(std::make_unique<NoHold>())));
  EXPECT_EQ(Ctl({"hold", "p1", "--status=online"}), 1);
  EXPECT_THAT(err_.str(), AllOf(HasSubstr("GENERAL_NOT_IMPLEMENTED"), HasSubstr("upsert")));
}

TEST_F(RunTest, InspectTellsRolesAndChecksTheSignature) {
  EXPECT_EQ(Ctl({"token", "mint", "--user=u1", "--secret=right", "--team=T:owner", "--label=vip"}),
            0);
  std::string token = out_.str();
  token.pop_back();
  EXPECT_EQ(Ctl({"token", "inspect", token, "--secret=right"}), 0);
  EXPECT_THAT(
      out_.str(),
      AllOf(HasSubstr("\"signature\":\"right\""), HasSubstr("\"team:T/owner\":\"teams\""),
            HasSubstr("\"label:vip\":\"labels\""), HasSubstr("\"user:u1\":\"sub or userId\"")));
  EXPECT_EQ(err_.str(), "");
  EXPECT_EQ(Ctl({"token", "inspect", token, "--secret=sesame", "--output=table"}), 0);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("signature"), Not(HasSubstr("right")),
                                Not(HasSubstr("sesame")), HasSubstr("would take these claims")));
  clock_.Advance(std::chrono::hours(2));
  EXPECT_EQ(Ctl({"token", "inspect", token, "--output=table"}), 0);
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("(over)"), HasSubstr("would refuse"), HasSubstr("team:T/owner")));
}

TEST_F(RunTest, BenchReportsAndRemovesWhatItWrote) {
  std::atomic<int> upserts{0};
  EXPECT_CALL(*connection_, Upsert).WillRepeatedly([&](const client::PresenceUpsert& upsert) {
    clock_.Advance(milliseconds(1));
    if (++upserts % 5 == 0) return absl::StatusOr<client::Presence>(absl::AbortedError("x"));
    return absl::StatusOr<client::Presence>(Record(upsert.id));
  });
  EXPECT_CALL(*connection_, BatchDelete)
      .WillOnce([](const client::BatchDelete& request) {
        EXPECT_EQ(request.queries.size(), 1u);
        return 3;
      })
      .WillOnce(Return(0));
  EXPECT_EQ(Ctl({"bench", "--duration=50ms", "--in_flight=2", "--records=3", "--key=k"}), kRefused);
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("\"workload\":\"upsert\""), HasSubstr("\"p99_9\":"),
                    HasSubstr("\"errors\":{\"ABORTED\":"), HasSubstr("\"removed\":3}")));
}

TEST_F(RunTest, BenchRefusesToMeasureNothing) {
  EXPECT_CALL(*connection_, BatchDelete).WillOnce(Return(0));
  EXPECT_CALL(*connection_, Upsert).WillOnce(Return(absl::UnavailableError("down")));
  EXPECT_EQ(Ctl({"bench", "--key=k"}), kUnreachable);
  EXPECT_EQ(out_.str(), "");
}

}  // namespace
}  // namespace presences::cli
