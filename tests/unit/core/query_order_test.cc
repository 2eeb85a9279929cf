// ComesBefore: the rules, and that it is a strict weak order on anything.
#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/core/query.h"
#include "tests/unit/core/query_records.h"

namespace presences::testing {
namespace {

using Kind = Attribute::Kind;

Order Ascending(Kind kind, std::string path = {}) {
  return {{kind, std::move(path)}, Order::Direction::kAscending};
}
Order Descending(Kind kind, std::string path = {}) {
  return {{kind, std::move(path)}, Order::Direction::kDescending};
}

PresencePtr At(Revision created_revision, int second, absl::string_view status = "s") {
  PresenceFields fields;
  fields.id = "p";
  fields.user_id = "u";
  fields.status = status;
  fields.created_at = TimePoint(std::chrono::seconds(second));
  fields.updated_at = fields.created_at;
  fields.created_revision = created_revision;
  return Presence::Make(fields);
}

TEST(QueryOrderTest, CreationOrderWithoutOrders) {
  EXPECT_TRUE(ComesBefore(*At(1, 9), *At(2, 1), {}));
  EXPECT_FALSE(ComesBefore(*At(2, 1), *At(1, 9), {}));
  EXPECT_FALSE(ComesBefore(*At(1, 1), *At(1, 2), {}));
}

TEST(QueryOrderTest, BreaksTiesByCreation) {
  const Order by_status = Descending(Kind::kStatus);
  EXPECT_TRUE(ComesBefore(*At(1, 1), *At(2, 1), {by_status}));
  EXPECT_TRUE(ComesBefore(*At(2, 1, "z"), *At(1, 1, "a"), {by_status}));
}

TEST(QueryOrderTest, BreaksTiesBackwardsUnderNewestFirst) {
  for (const Kind kind : {Kind::kCreatedAt, Kind::kUpdatedAt}) {
    EXPECT_TRUE(ComesBefore(*At(2, 1), *At(1, 1), {Descending(kind)}));
    EXPECT_TRUE(ComesBefore(*At(1, 1), *At(2, 1), {Ascending(kind)}));
    // Only the first order counts.
    EXPECT_TRUE(ComesBefore(*At(1, 1), *At(2, 1), {Ascending(Kind::kStatus), Descending(kind)}));
  }
  EXPECT_TRUE(
      ComesBefore(*At(2, 1), *At(1, 1), {Descending(Kind::kCreatedAt), Ascending(Kind::kStatus)}));
  EXPECT_TRUE(ComesBefore(*At(1, 1), *At(2, 1), {Descending(Kind::kExpiresAt)}));
}

TEST(QueryOrderTest, LaterOrdersDecideAmongEquals) {
  const std::vector<Order> orders = {Ascending(Kind::kStatus), Descending(Kind::kSequence)};
  EXPECT_TRUE(ComesBefore(*At(2, 1, "a"), *At(1, 1, "a"), orders));
  EXPECT_TRUE(ComesBefore(*At(1, 1, "a"), *At(2, 1, "b"), orders));
}

TEST(QueryOrderTest, SortsMetadataByKindThenValue) {
  const std::vector<std::string> sorted = {R"({})",
                                           R"({"v":null})",
                                           R"({"v":{}})",
                                           R"({"v":false})",
                                           R"({"v":true})",
                                           R"({"v":-2.5})",
                                           R"({"v":9007199254740992})",
                                           R"({"v":9007199254740993})",
                                           R"({"v":1e300})",
                                           R"({"v":""})",
                                           R"({"v":"10"})",
                                           R"({"v":"9"})"};
  const std::vector<Order> orders = {Ascending(Kind::kMetadata, "v")};
  std::vector<PresencePtr> records;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    records.push_back(MakeRecord("p", "s", sorted[i], static_cast<Revision>(i + 1)));
  }
  for (std::size_t i = 0; i < records.size(); ++i) {
    for (std::size_t j = 0; j < records.size(); ++j) {
      EXPECT_EQ(ComesBefore(*records[i], *records[j], orders), i < j) << sorted[i] << sorted[j];
    }
  }
  // Absent, null, objects and lists are one rank.
  EXPECT_TRUE(ComesBefore(*MakeRecord("p", "s", R"({"v":[]})", 1),
                          *MakeRecord("p", "s", R"({})", 2), orders));
  // Descending: absent values last.
  EXPECT_TRUE(ComesBefore(*records[11], *records[0], {Descending(Kind::kMetadata, "v")}));
}

TEST(QueryOrderDeathTest, RefusesRandomOrder) {
  const Order random{{}, Order::Direction::kRandom};
  EXPECT_DEATH((void)ComesBefore(*At(1, 1), *At(2, 1), {random}), "kRandom");
}

// Replay a failure with PRESENCES_SEED.
std::uint32_t Seed() {
  const char* text = std::getenv("PRESENCES_SEED");
  std::uint32_t seed = 0;
  if (text == nullptr || !absl::SimpleAtoi(text, &seed)) seed = std::random_device{}();
  return seed;
}

// Few distinct values, so that ties and mixed kinds are frequent.
PresencePtr RandomRecord(std::mt19937& random, Revision created_revision) {
  static constexpr const char* kValues[] = {"null",
                                            "true",
                                            "false",
                                            "0",
                                            "-0.0",
                                            "1",
                                            "1.0",
                                            "1.5",
                                            "9007199254740993",
                                            "9007199254740992.0",
                                            "9223372036854775807",
                                            "9223372036854775808",
                                            "-1e300",
                                            "\"\"",
                                            "\"1\"",
                                            "\"a\"",
                                            "[]",
                                            "{\"v\":1}"};
  const auto pick = [&random](int n) { return static_cast<int>(random() % n); };
  const std::string metadata =
      pick(8) == 0 ? "{}" : absl::StrCat("{\"v\":", kValues[pick(std::size(kValues))], "}");
  const std::string status(1, static_cast<char>('a' + pick(3)));
  const std::string id = absl::StrCat("p", pick(4));
  PresenceFields fields;
  fields.id = id;
  fields.user_id = pick(2) == 0 ? "u" : "v";
  fields.status = status;
  fields.metadata = metadata;
  fields.created_at = TimePoint(std::chrono::milliseconds(pick(3)));
  fields.updated_at = TimePoint(std::chrono::milliseconds(pick(3)));
  fields.expires_at = TimePoint(std::chrono::milliseconds(pick(3)));
  fields.created_revision = created_revision;
  fields.source = static_cast<Source>(pick(3));
  return Presence::Make(fields);
}

std::vector<Order> RandomOrders(std::mt19937& random) {
  static constexpr Kind kKinds[] = {Kind::kId,        Kind::kUserId,    Kind::kStatus,
                                    Kind::kSource,    Kind::kExpiresAt, Kind::kCreatedAt,
                                    Kind::kUpdatedAt, Kind::kSequence,  Kind::kMetadata};
  std::vector<Order> orders;
  for (std::size_t n = random() % 4; n > 0; --n) {
    const Kind kind = kKinds[random() % std::size(kKinds)];
    const std::string path = kind == Kind::kMetadata ? "v" : "";
    orders.push_back(random() % 2 == 0 ? Ascending(kind, path) : Descending(kind, path));
  }
  return orders;
}

TEST(QueryOrderTest, IsAStrictTotalOrderOnDistinctRecords) {
  const std::uint32_t seed = Seed();
  SCOPED_TRACE(absl::StrCat("PRESENCES_SEED=", seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 40; ++round) {
    const std::vector<Order> orders = RandomOrders(random);
    std::vector<PresencePtr> records;
    for (Revision r = 1; r <= 24; ++r) records.push_back(RandomRecord(random, r));
    const auto before = [&](std::size_t i, std::size_t j) {
      return ComesBefore(*records[i], *records[j], orders);
    };
    for (std::size_t i = 0; i < records.size(); ++i) {
      ASSERT_FALSE(before(i, i));
      for (std::size_t j = 0; j < records.size(); ++j) {
        if (i == j) continue;
        ASSERT_NE(before(i, j), before(j, i));  // created_revision differs
        for (std::size_t k = 0; k < records.size(); ++k) {
          const bool chain = before(i, j) && before(j, k);
          ASSERT_TRUE(!chain || before(i, k));
        }
      }
    }
  }
}

}  // namespace
}  // namespace presences::testing
