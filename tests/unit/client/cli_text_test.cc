#include "client/cli/duration.h"
#include "client/cli/import_lines.h"
#include "client/cli/presence_json.h"
#include "client/cli/presence_table.h"
#include "client/cli/text_width.h"
#include "client/cli/token_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/auth/token_verifier.h"

namespace presences::cli {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr TimePoint kNow{milliseconds(1'893'456'000'000)};  // 2030-01-01T00:00:00Z

client::Presence Sample() {
  return {.id = "p1",
          .user_id = "u1",
          .status = "on \"line\"",
          .source = "grpc",
          .metadata = "{\"n\":1}",
          .permissions = {"read(\"any\")"},
          .created_at = kNow,
          .updated_at = kNow,
          .expires_at = kNow + milliseconds(90'500),
          .revision = 7};
}

constexpr char kSample[] =
    R"({"$id":"p1","$createdAt":"2030-01-01T00:00:00.000+00:00",)"
    R"json("$updatedAt":"2030-01-01T00:00:00.000+00:00","$permissions":["read(\"any\")"],)json"
    R"("userId":"u1","status":"on \"line\"","source":"grpc",)"
    R"("expiresAt":"2030-01-01T00:01:30.500+00:00","metadata":{"n":1},"revision":7})";

TEST(PresenceJsonTest, UsesTheNamesOfTheHttpInterface) {
  EXPECT_EQ(ToJson(Sample()), kSample);
  EXPECT_EQ(ToJson(client::PresenceList{.total = 5, .presences = {Sample()}}),
            std::string(R"({"total":5,"presences":[)") + kSample + "]}");
  EXPECT_EQ(ToJson(client::PresenceCount{.total = 2, .groups = {{"a", 2}}}),
            R"({"total":2,"groups":[{"value":"a","count":2}]})");
}

TEST(PresenceJsonTest, WritesOneLinePerThingThatHappened) {
  client::StreamEvent event{.kind = client::StreamEvent::Kind::kChanges, .resume_token = "t"};
  event.changes = {
      {.type = client::ChangeType::kUpserted, .presence = Sample(), .revision = 7, .time = kNow},
      {.type = client::ChangeType::kDeleted,
       .delete_cause = client::DeleteCause::kConnection,
       .presence = Sample(),
       .revision = 8,
       .time = kNow}};
  EXPECT_EQ(ToLines(event),
            std::string(R"({"event":"change","type":"UPSERTED","revision":7,)") +
                R"("time":"2030-01-01T00:00:00.000+00:00","presence":)" + kSample + "}\n" +
                R"({"event":"change","type":"DELETED","deleteCause":"CONNECTION","revision":8,)" +
                R"("time":"2030-01-01T00:00:00.000+00:00","presence":)" + kSample +
                ",\"resumeToken\":\"t\"}\n");
  EXPECT_EQ(ToLines({.kind = client::StreamEvent::Kind::kReset}), "{\"event\":\"reset\"}\n");
  EXPECT_EQ(ToLines({.kind = client::StreamEvent::Kind::kCurrent, .resume_token = "t"}),
            "{\"event\":\"current\",\"resumeToken\":\"t\"}\n");
  EXPECT_EQ(ToLines({.kind = client::StreamEvent::Kind::kHeartbeat}),
            "{\"event\":\"heartbeat\"}\n");
  EXPECT_EQ(ToLines({.kind = client::StreamEvent::Kind::kGoingAway}),
            "{\"event\":\"going_away\"}\n");
}

TEST(ImportLineTest, BringsBackWhatAnExportWrote) {
  const auto upsert = ParseImportLine(kSample);
  ASSERT_TRUE(upsert.ok()) << upsert.status();
  EXPECT_EQ(upsert->id, "p1");
  EXPECT_EQ(upsert->user_id, "u1");
  EXPECT_EQ(upsert->status, "on \"line\"");
  EXPECT_EQ(upsert->metadata, "{\"n\":1}");
  EXPECT_EQ(upsert->expires_at, kNow + milliseconds(90'500));
  EXPECT_THAT(*upsert->permissions, ElementsAre("read(\"any\")"));
  EXPECT_FALSE(upsert->if_revision.has_value());
}

TEST(ImportLineTest, LeavesAbsentFieldsToTheServer) {
  const auto upsert = ParseImportLine(R"({"$id":"p1","status":"s","$permissions":[]})");
  ASSERT_TRUE(upsert.ok()) << upsert.status();
  EXPECT_FALSE(upsert->user_id || upsert->metadata || upsert->expires_at);
  EXPECT_TRUE(upsert->permissions.has_value());
}

TEST(ImportLineTest, NamesTheFieldThatCannotBeRead) {
  EXPECT_THAT(ParseImportLine(R"({"status":"s"})").status().message(), HasSubstr("$id"));
  EXPECT_THAT(ParseImportLine(R"({"$id":"a","status":3})").status().message(), HasSubstr("status"));
  EXPECT_FALSE(ParseImportLine("[]").ok());
  EXPECT_FALSE(ParseImportLine(R"({"$id":"a")").ok());
}

TEST(TableTest, AlignsByWhatTheEyeSees) {
  EXPECT_THAT(TableLines({{"A", "B"}, {"\xC3\xA4\xC3\xB6", "x"}, {"\xE6\xBC\xA2", "y"}}),
              ElementsAre("A   B", "\xC3\xA4\xC3\xB6  x", "\xE6\xBC\xA2  y"));
}

TEST(TableTest, ShowsHowLongARecordLasts) {
  const Row row = PresenceRow(Sample(), kNow + milliseconds(30'000));
  EXPECT_THAT(row, ElementsAre("p1", "u1", "on \"line\"", "in 1m0s", "30s ago", "{\"n\":1}"));
  EXPECT_EQ(PresenceRow(Sample(), kNow + milliseconds(90'500))[3], "now");
  EXPECT_THAT(PresenceFields(Sample(), kNow), HasSubstr("permissions  read(\"any\")\n"));
}

TEST(DurationTest, ReadsAndWrites) {
  EXPECT_EQ(ParseDuration("1m30s"), milliseconds(90'000));
  EXPECT_FALSE(ParseDuration("90") || ParseDuration("-1s") || ParseDuration("0s") ||
               ParseDuration("inf") || ParseDuration(""));
  EXPECT_THAT(DurationError("90"), HasSubstr("90s"));
  EXPECT_EQ(ShortDuration(milliseconds(3'725'000)), "1h2m");
  EXPECT_EQ(ShortDuration(milliseconds(-5)), "0s");
  EXPECT_EQ(ShortDuration(milliseconds(90'000'000)), "1d1h");
  EXPECT_EQ(ParseMoment("2030-01-01T00:00:00Z"), kNow);
  EXPECT_FALSE(ParseMoment("tomorrow"));
  EXPECT_EQ(MomentText(kNow), "2030-01-01T00:00:00.000+00:00");
}

TEST(TokenTextTest, MintsWhatTheServerTakes) {
  const TokenFacts facts{.user = "u1",
                         .name = "Ann \"A\"",
                         .verified = true,
                         .teams = {"T:owner,dev", "U"},
                         .labels = {"vip"},
                         .issuer = "i",
                         .audience = "a",
                         .project = "demo"};
  const auth::TokenConfig config{.id = "main", .secret = "s3cret", .issuer = "i", .audience = "a"};
  const std::string token =
      auth::MintToken(config, ClaimsJson(facts, kNow, kNow + milliseconds(60'000)));
  const auto verifier = auth::TokenVerifier::Make(config);
  ASSERT_TRUE(verifier.ok()) << verifier.status();
  const auto claims = (*verifier)->Verify(token, kNow);
  ASSERT_TRUE(claims.ok()) << claims.status();
  EXPECT_EQ(claims->user.user_id, "u1");
  EXPECT_EQ(claims->name, "Ann \"A\"");
  EXPECT_EQ(claims->project, "demo");
  EXPECT_TRUE(claims->user.verified);
  ASSERT_EQ(claims->user.teams.size(), 2u);
  EXPECT_EQ(claims->user.teams[0].team, "T");
  EXPECT_THAT(claims->user.teams[0].roles, ElementsAre("owner", "dev"));
  EXPECT_THAT(claims->user.labels, ElementsAre("vip"));

  const auto parts = TakeApart(token);
  ASSERT_TRUE(parts.ok()) << parts.status();
  EXPECT_EQ(parts->expires_at, kNow + milliseconds(60'000));
  EXPECT_THAT(parts->header, HasSubstr("\"kid\":\"main\""));
}

TEST(TokenTextTest, SaysWhatIsNoToken) {
  EXPECT_THAT(TakeApart("abc").status().message(), HasSubstr("three parts"));
  EXPECT_THAT(TakeApart("!.e30.x").status().message(), HasSubstr("header"));
  EXPECT_THAT(TakeApart("e30.W10.x").status().message(), HasSubstr("payload"));
  const auto eternal = TakeApart("e30.e30.");
  ASSERT_TRUE(eternal.ok()) << eternal.status();
  EXPECT_FALSE(eternal->expires_at.has_value());
}

}  // namespace
}  // namespace presences::cli
