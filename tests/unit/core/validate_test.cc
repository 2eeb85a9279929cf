#include "server/core/validate.h"

#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"

namespace presences {
namespace {

using ::presences::testing::HasReason;
using ::presences::testing::IsOk;
using std::chrono::milliseconds;
using ::testing::ElementsAre;

const TimePoint kNow{milliseconds(1'893'456'000'000)};

RawWrite Good() {
  RawWrite raw;
  raw.presence_id = "p1";
  raw.status = "online";
  return raw;
}

RawWrite AllBad() {
  RawWrite raw;
  raw.presence_id = "-";
  raw.user_id = "-";
  raw.status = "";
  raw.metadata = "1";
  raw.expires_at = kNow - milliseconds(1);
  raw.permissions = {"read"};
  raw.if_revision = -1;
  return raw;
}

TEST(ParseUpsertTest, AbsentFieldsTakeTheirDefaults) {
  const auto input = ParseUpsert(Good(), kNow);
  ASSERT_THAT(input, IsOk());
  EXPECT_EQ(input->presence_id, "p1");
  EXPECT_EQ(input->status, "online");
  EXPECT_EQ(input->metadata, "{}");
  EXPECT_FALSE(input->user_id || input->expires_at || input->permissions || input->if_revision);
}

TEST(ParseUpsertTest, BringsFieldsIntoNormalForm) {
  RawWrite raw = Good();
  raw.user_id = "u1";
  raw.metadata = R"( { "a" : 1 } )";
  raw.permissions = {R"(write("any"))"};
  raw.expires_at = kNow;
  raw.if_revision = 0;
  const auto input = ParseUpsert(raw, kNow);
  ASSERT_THAT(input, IsOk());
  EXPECT_EQ(input->user_id, "u1");
  EXPECT_EQ(input->metadata, R"({"a":1})");
  EXPECT_THAT(*input->permissions, ElementsAre(R"(delete("any"))", R"(update("any"))"));
  EXPECT_EQ(input->expires_at, kNow);
  EXPECT_EQ(input->if_revision, 0);
}

TEST(ParseUpsertTest, RequiresAStatus) {
  RawWrite raw = Good();
  raw.status.reset();
  EXPECT_THAT(ParseUpsert(raw, kNow),
              HasReason(Reason::kGeneralArgumentInvalid, "status: is required"));
}

// Fixes the fields one by one and sees the next refusal come up (contract 1.4).
TEST(ParseUpsertTest, RefusesInTheOrderOfTheRoute) {
  RawWrite raw = AllBad();
  const auto refusal = [&] { return std::string(ParseUpsert(raw, kNow).status().message()); };
  EXPECT_THAT(refusal(), ::testing::StartsWith("presenceId: "));
  raw.presence_id = "p1";
  EXPECT_THAT(refusal(), ::testing::StartsWith("userId: "));
  raw.user_id.reset();
  EXPECT_THAT(refusal(), ::testing::StartsWith("status: "));
  raw.status = "online";
  EXPECT_THAT(refusal(), ::testing::StartsWith("permissions[0]: "));
  raw.permissions.reset();
  EXPECT_THAT(refusal(), ::testing::StartsWith("expiresAt: "));
  raw.expires_at.reset();
  EXPECT_THAT(refusal(), ::testing::StartsWith("metadata: "));
  raw.metadata.reset();
  EXPECT_THAT(refusal(), ::testing::StartsWith("ifRevision: "));
  raw.if_revision.reset();
  EXPECT_THAT(ParseUpsert(raw, kNow), IsOk());
}

TEST(ParseUpdateTest, RefusesInTheOrderOfItsOwnRoute) {
  RawWrite raw = AllBad();
  const auto refusal = [&] { return std::string(ParseUpdate(raw, kNow).status().message()); };
  EXPECT_THAT(refusal(), ::testing::StartsWith("presenceId: "));
  raw.presence_id = "p1";
  EXPECT_THAT(refusal(), ::testing::StartsWith("userId: "));
  raw.user_id.reset();
  EXPECT_THAT(refusal(), ::testing::StartsWith("status: "));
  raw.status.reset();
  EXPECT_THAT(refusal(), ::testing::StartsWith("expiresAt: "));
  raw.expires_at.reset();
  EXPECT_THAT(refusal(), ::testing::StartsWith("metadata: "));
  raw.metadata.reset();
  EXPECT_THAT(refusal(), ::testing::StartsWith("permissions[0]: "));
  raw.permissions.reset();
  EXPECT_THAT(refusal(), ::testing::StartsWith("ifRevision: "));
  raw.if_revision.reset();
  EXPECT_THAT(ParseUpdate(raw, kNow), IsOk());
}

TEST(ParseUpdateTest, AbsentFieldsStayAbsent) {
  RawWrite raw;
  raw.presence_id = "p1";
  const auto input = ParseUpdate(raw, kNow);
  ASSERT_THAT(input, IsOk());
  EXPECT_FALSE(input->user_id || input->status || input->metadata || input->expires_at ||
               input->permissions || input->if_revision);
}

TEST(ParseUpdateTest, BringsFieldsIntoNormalForm) {
  RawWrite raw = Good();
  raw.metadata = "[ ]";
  raw.permissions = {R"(read("users"))", R"(read("any"))"};
  const auto input = ParseUpdate(raw, kNow);
  ASSERT_THAT(input, IsOk());
  EXPECT_EQ(input->metadata, "{}");
  EXPECT_THAT(*input->permissions, ElementsAre(R"(read("any"))", R"(read("users"))"));
}

TEST(ParseDeleteTest, ReadsIdAndRevision) {
  RawWrite raw = Good();
  raw.if_revision = 7;
  const auto input = ParseDelete(raw);
  ASSERT_THAT(input, IsOk());
  EXPECT_EQ(input->presence_id, "p1");
  EXPECT_EQ(input->if_revision, 7);
  raw.if_revision = -7;
  EXPECT_THAT(ParseDelete(raw),
              HasReason(Reason::kGeneralArgumentInvalid, "ifRevision: must be 0 or more, got -7"));
}

TEST(ParseUpsertTest, ExpiryLiesWithinThirtyDays) {
  const auto parse = [](TimePoint expires_at) {
    RawWrite raw = Good();
    raw.expires_at = expires_at;
    return ParseUpsert(std::move(raw), kNow);
  };
  EXPECT_THAT(parse(kNow), IsOk());
  EXPECT_THAT(parse(kNow + kMaxTtl), IsOk());
  EXPECT_THAT(parse(kNow - milliseconds(1)),
              HasReason(Reason::kGeneralArgumentInvalid,
                        "expiresAt: must not be in the past, got 2029-12-31T23:59:59.999+00:00"));
  EXPECT_THAT(parse(kNow + kMaxTtl + milliseconds(1)),
              HasReason(Reason::kGeneralArgumentInvalid,
                        "expiresAt: must be at most 30 days ahead, got "
                        "2030-01-31T00:00:00.001+00:00; choose 2030-01-31T00:00:00.000+00:00"));
  EXPECT_THAT(parse(TimePoint::max()), HasReason(Reason::kGeneralArgumentInvalid, "expiresAt"));
  EXPECT_THAT(parse(TimePoint::min()), HasReason(Reason::kGeneralArgumentInvalid, "expiresAt"));
}

TEST(ParseUpsertTest, MetadataTooLargeIsAnInvalidStructure) {
  RawWrite raw = Good();
  raw.metadata = "{\"a\":\"" + std::string(kMaxMetadataSize, 'x') + "\"}";
  EXPECT_THAT(ParseUpsert(raw, kNow),
              HasReason(Reason::kDocumentInvalidStructure, "metadata: must be at most 65535"));
}

}  // namespace
}  // namespace presences
