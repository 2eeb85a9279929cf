#include "server/auth/claims.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace presences::auth {
namespace {

using ::presences::testing::HasReason;
using ::presences::testing::IsOk;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;

constexpr TimePoint kNow{seconds(1'900'000'000)};

absl::StatusOr<TokenClaims> Read(const std::string& payload, TimePoint now = kNow) {
  const auto object = JsonObject::Parse(payload);
  EXPECT_TRUE(object.ok()) << payload << object.status();
  return ReadClaims(*object, now);
}

// A payload that is good but for `members`.
absl::StatusOr<TokenClaims> ReadWith(const std::string& members) {
  return Read(absl::StrCat(R"({"sub":"alice","exp":1900000060,)", members, "}"));
}

TEST(ClaimsTest, ReadsEverything) {
  const auto claims = ReadWith(
      R"("name":"Alice \u00e9","verified":true,"project":"demo","labels":["vip","Gold2"],)"
      R"("teams":["plain",{"id":"T","membership":"M","roles":["owner","a.b_c-1"]},{"id":"U"}],)"
      R"("unknown":{"a":1})");
  ASSERT_THAT(claims, IsOk());
  EXPECT_EQ(claims->user.user_id, "alice");
  EXPECT_EQ(claims->name, "Alice \xc3\xa9");
  EXPECT_EQ(claims->project, "demo");
  EXPECT_TRUE(claims->user.verified);
  EXPECT_EQ(claims->expires_at, kNow + seconds(60));
  EXPECT_THAT(claims->user.labels, ElementsAre("vip", "Gold2"));
  ASSERT_EQ(claims->user.teams.size(), 3u);
  EXPECT_EQ(claims->user.teams[0].team, "plain");
  EXPECT_EQ(claims->user.teams[1].team, "T");
  EXPECT_EQ(claims->user.teams[1].membership, "M");
  EXPECT_THAT(claims->user.teams[1].roles, ElementsAre("owner", "a.b_c-1"));
  EXPECT_EQ(claims->user.teams[2].membership, "");
}

TEST(ClaimsTest, NullCountsAsAbsentAndEmptyListsAsNone) {
  const auto claims =
      ReadWith(R"("name":null,"teams":null,"labels":[],"nbf":null,"verified":null,"userId":null)");
  ASSERT_THAT(claims, IsOk());
  EXPECT_TRUE(claims->user.teams.empty());
  EXPECT_FALSE(claims->user.verified);
}

TEST(ClaimsTest, ExpiresExactlyAfterTheSkew) {
  const std::string payload = R"({"sub":"alice","exp":1900000000})";
  EXPECT_THAT(Read(payload, kNow + seconds(30) - milliseconds(1)), IsOk());
  EXPECT_THAT(Read(payload, kNow + seconds(30)),
              HasReason(Reason::kUserJwtInvalid, "expired at 2030-03-17T17:46:40.000+00:00"));
}

TEST(ClaimsTest, BecomesValidExactlyBeforeTheSkew) {
  const std::string payload = R"({"sub":"alice","exp":1900000900,"nbf":1900000100})";
  EXPECT_THAT(Read(payload, kNow + seconds(70)), IsOk());
  EXPECT_THAT(Read(payload, kNow + seconds(70) - milliseconds(1)),
              HasReason(Reason::kUserJwtInvalid, "not valid before"));
}

TEST(ClaimsTest, TimesMayBeFractions) {
  const auto claims = Read(R"({"sub":"alice","exp":1900000000.75})");
  ASSERT_THAT(claims, IsOk());
  EXPECT_EQ(claims->expires_at, kNow + milliseconds(750));
  EXPECT_EQ(Read(R"({"sub":"alice","exp":1.9000000605e9})")->expires_at,
            kNow + milliseconds(60'500));
}

TEST(ClaimsTest, RefusesImpossibleTimes) {
  for (const char* value : {"1900000060000", "1e300", "-1e300", "18446744073709551615",
                            "-9223372036854775808", "253402300800"}) {
    EXPECT_THAT(Read(absl::StrCat(R"({"sub":"alice","exp":)", value, "}")),
                HasReason(Reason::kUserJwtInvalid, "beyond the year 9999"))
        << value;
  }
  EXPECT_THAT(Read(R"({"sub":"alice","exp":253402300799})"), IsOk());
  EXPECT_THAT(Read(R"({"sub":"alice","exp":-1})"),
              HasReason(Reason::kUserJwtInvalid, "expired at 1969-12-31T23:59:59.000+00:00"));
  EXPECT_THAT(Read(R"({"sub":"alice"})"), HasReason(Reason::kUserJwtInvalid, "exp is required"));
  EXPECT_THAT(Read(R"({"sub":"alice","exp":null})"),
              HasReason(Reason::kUserJwtInvalid, "exp is required"));
}

TEST(ClaimsTest, UserIdComesFromSubOrUserId) {
  const struct {
    std::string members;
    std::string user_id;
  } good[] = {
      {R"("sub":"a")", "a"},
      {R"("userId":"b.c_d-e")", "b.c_d-e"},
      {R"("sub":"same","userId":"same")", "same"},
      {R"("sub":"","userId":"b")", "b"},
      {R"("sub":"012345678901234567890123456789012345")", "012345678901234567890123456789012345"},
  };
  for (const auto& c : good) {
    const auto claims = Read("{\"exp\":1900000060," + c.members + "}");
    ASSERT_THAT(claims, IsOk()) << c.members;
    EXPECT_EQ(claims->user.user_id, c.user_id);
  }
  const struct {
    std::string members;
    std::string expected;
  } bad[] = {
      {R"("name":"x")", "names no user"},
      {R"("sub":"a","userId":"b")", "name different users"},
      {R"("sub":"a/b")", "1-36 of"},
      {R"("sub":"user:a")", "1-36 of"},
      {R"("sub":".a")", "1-36 of"},
      {R"("sub":"a\u0000")", "1-36 of"},
      {R"("sub":"0123456789012345678901234567890123456")", "1-36 of"},
      {R"("sub":7)", "sub must be a string"},
      {R"("userId":["a"])", "userId must be a string"},
  };
  for (const auto& c : bad) {
    EXPECT_THAT(Read("{\"exp\":1900000060," + c.members + "}"),
                HasReason(Reason::kUserJwtInvalid, c.expected))
        << c.members;
  }
}

TEST(ClaimsTest, VerifiedDecidesElseAnyVerifiedAddress) {
  const struct {
    std::string members;
    bool verified;
  } cases[] = {
      {R"("verified":true)", true},
      {R"("verified":false)", false},
      {R"("email_verified":true)", true},
      {R"("phone_verified":true)", true},
      {R"("email_verified":false,"phone_verified":true)", true},
      {R"("email_verified":false,"phone_verified":false)", false},
      {R"("verified":false,"email_verified":true)", false},
      {R"("verified":true,"email_verified":false)", true},
      {R"("name":"x")", false},
  };
  for (const auto& c : cases) {
    const auto claims = ReadWith(c.members);
    ASSERT_THAT(claims, IsOk()) << c.members;
    EXPECT_EQ(claims->user.verified, c.verified) << c.members;
  }
}

TEST(ClaimsTest, RefusesClaimsThatCouldForgeARole) {
  const struct {
    std::string members;
    std::string expected;
  } cases[] = {
      {R"("exp2":1,"nbf":"soon")", "nbf must be a number"},
      {R"("name":7)", "name must be a string"},
      {R"("project":7)", "project must be a string"},
      {R"("verified":"true")", "verified must be true or false"},
      {R"("email_verified":1)", "email_verified must be true or false"},
      {R"("teams":"T")", "teams must be a list"},
      {R"("teams":{"id":"T"})", "teams must be a list"},
      {R"("teams":[7])", "teams[0] must be a team id or an object"},
      {R"("teams":["a","T/owner"])", "teams[1] must be 1-36"},
      {R"("teams":[""])", "teams[0] must be 1-36"},
      {R"("teams":[{}])", "teams[0].id must be 1-36"},
      {R"("teams":[{"id":"T/owner"}])", "teams[0].id must be 1-36"},
      {R"("teams":[{"id":"T","id":"U"}])", "teams[0] repeats a name"},
      {R"("teams":[{"id":"T","membership":7}])", "teams[0].membership must be 1-36"},
      {R"("teams":[{"id":"T","membership":""}])", "teams[0].membership must be 1-36"},
      {R"("teams":[{"id":"T","roles":"owner"}])", "teams[0].roles must be a list"},
      {R"("teams":[{"id":"T","roles":["owner",""]}])", "teams[0].roles[1] must be"},
      {R"("teams":[{"id":"T","roles":["a/b"]}])", "teams[0].roles[0] must be"},
      {R"("labels":"vip")", "labels must be a list"},
      {R"("labels":["ok","not-ok"])", "labels[1] must be 1-36 letters"},
      {R"("labels":[""])", "labels[0] must be 1-36 letters"},
      {R"("labels":[null])", "labels[0] must be 1-36 letters"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(ReadWith(c.members), HasReason(Reason::kUserJwtInvalid, c.expected)) << c.members;
  }
  EXPECT_THAT(
      ReadWith(absl::StrCat(R"("teams":[{"id":"T","roles":[")", std::string(81, 'r'), R"("]}])")),
      IsOk());
  EXPECT_THAT(
      ReadWith(absl::StrCat(R"("teams":[{"id":"T","roles":[")", std::string(82, 'r'), R"("]}])")),
      HasReason(Reason::kUserJwtInvalid, "1-81"));
}

}  // namespace
}  // namespace presences::auth
