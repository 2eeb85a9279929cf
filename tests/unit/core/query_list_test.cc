// What a list query keeps: filters, orders, the first limit, offset and cursor.
#include "gtest/gtest.h"
#include "server/core/query.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/core/query_records.h"

namespace presences::testing {
namespace {

ListQuery MustParse(const std::vector<std::string>& queries) {
  absl::StatusOr<ListQuery> query = ParseListQueries(queries, IndexedPaths());
  EXPECT_THAT(query, IsOk());
  return query.ok() ? *std::move(query) : ListQuery();
}

TEST(QueryListTest, HasDefaultsWithoutQueries) {
  const ListQuery query = MustParse({});
  EXPECT_TRUE(query.filters.matches_everything());
  EXPECT_TRUE(query.in_creation_order());
  EXPECT_EQ(query.limit, 25);
  EXPECT_EQ(query.offset, 0);
  EXPECT_FALSE(query.cursor_id.has_value());
}

TEST(QueryListTest, KeepsTheFirstLimitAndOffset) {
  const ListQuery query =
      MustParse({R"({"method":"limit","values":[7]})", R"({"method":"offset","values":[3]})",
                 R"({"method":"limit","values":[8]})", R"({"method":"offset","values":[4]})"});
  EXPECT_EQ(query.limit, 7);
  EXPECT_EQ(query.offset, 3);
}

TEST(QueryListTest, KeepsALimitThatEqualsTheDefaultOverALaterOne) {
  const ListQuery query =
      MustParse({R"({"method":"limit","values":[25]})", R"({"method":"limit","values":[8]})",
                 R"({"method":"offset","values":[0]})", R"({"method":"offset","values":[4]})"});
  EXPECT_EQ(query.limit, 25);
  EXPECT_EQ(query.offset, 0);
}

TEST(QueryListTest, HasNoMaximumLimit) {
  EXPECT_EQ(MustParse({R"({"method":"limit","values":[9223372036854775807]})"}).limit,
            9223372036854775807);
}

TEST(QueryListTest, KeepsTheFirstCursorOfEitherDirection) {
  const ListQuery query = MustParse({R"({"method":"cursorBefore","values":["p2"]})",
                                     R"({"method":"cursorAfter","values":["p1"]})"});
  EXPECT_EQ(query.cursor_id, "p2");
  EXPECT_TRUE(query.cursor_before);
  EXPECT_FALSE(MustParse({R"({"method":"cursorAfter","values":["p1"]})"}).cursor_before);
}

TEST(QueryListTest, KeepsOrdersInSequence) {
  const ListQuery query = MustParse({R"({"method":"orderDesc","attribute":"status"})",
                                     R"({"method":"orderAsc","attribute":"metadata.page"})",
                                     R"({"method":"orderRandom"})"});
  ASSERT_EQ(query.orders.size(), 3u);
  EXPECT_EQ(query.orders[0].attribute.kind, Attribute::Kind::kStatus);
  EXPECT_EQ(query.orders[0].direction, Order::Direction::kDescending);
  EXPECT_EQ(query.orders[1].attribute.kind, Attribute::Kind::kMetadata);
  EXPECT_EQ(query.orders[1].attribute.path, "page");
  EXPECT_EQ(query.orders[1].direction, Order::Direction::kAscending);
  EXPECT_EQ(query.orders[2].direction, Order::Direction::kRandom);
  EXPECT_FALSE(query.in_creation_order());
}

TEST(QueryListTest, ResolvesGroupAttributes) {
  EXPECT_EQ(ParseAttribute("groupBy", "status", {})->kind, Attribute::Kind::kStatus);
  EXPECT_EQ(ParseAttribute("groupBy", "metadata.page", IndexedPaths())->path, "page");
  EXPECT_THAT(
      ParseAttribute("groupBy", "metadata.page", {}),
      HasReason(Reason::kGeneralArgumentInvalid, "groupBy: \"metadata.page\" is not indexed"));
}

}  // namespace
}  // namespace presences::testing
