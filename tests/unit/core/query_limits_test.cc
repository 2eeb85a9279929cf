// What one request may ask for: values, depth, conditions, patterns.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "server/core/json.h"
#include "server/core/query.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/core/query_records.h"

namespace presences::testing {
namespace {

constexpr char kOnline[] = R"({"method":"equal","attribute":"status","values":["online"]})";

std::string EqualWith(int values) {
  std::vector<std::string> texts;
  for (int i = 0; i < values; ++i) texts.push_back(absl::StrCat("\"s", i, "\""));
  return absl::StrCat(R"({"method":"equal","attribute":"status","values":[)",
                      absl::StrJoin(texts, ","), "]}");
}

// `levels` queries inside each other, the innermost a plain filter.
std::string Nested(int levels) {
  std::string text = kOnline;
  for (int i = 1; i < levels; ++i) {
    text = absl::StrCat(R"({"method":"or","values":[)", text, ",", kOnline, "]}");
  }
  return text;
}

absl::Status StatusOfList(const std::vector<std::string>& queries) {
  return ParseListQueries(queries, IndexedPaths()).status();
}

TEST(QueryLimitsTest, Takes500ValuesAndNoMore) {
  absl::StatusOr<ListQuery> query = ParseListQueries({EqualWith(500)}, {});
  ASSERT_THAT(query, IsOk());
  for (const char* status : {"s0", "s1", "s10", "s250", "s499"}) {
    EXPECT_TRUE(query->filters.Matches(*MakeRecord("p", status))) << status;
  }
  EXPECT_FALSE(query->filters.Matches(*MakeRecord("p", "s500")));
  EXPECT_THAT(StatusOfList({EqualWith(501)}),
              HasReason(Reason::kGeneralArgumentInvalid, "queries[0]: more than 500 values"));
}

TEST(QueryLimitsTest, Nests16LevelsAndNoMore) {
  EXPECT_THAT(StatusOfList({Nested(16)}), IsOk());
  EXPECT_THAT(StatusOfList({Nested(17)}),
              HasReason(Reason::kGeneralArgumentInvalid, "nested deeper than 16 levels"));
  EXPECT_THAT(ParseWatchQueries({Nested(17)}, {}, WatchDialect::kSocket),
              HasReason(Reason::kGeneralArgumentInvalid, "nested deeper than 16 levels"));
}

TEST(QueryLimitsTest, RefusesDepthThatWouldExhaustAStack) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += R"({"method":"or","values":[)";
  EXPECT_THAT(StatusOfList({text}), HasReason(Reason::kGeneralArgumentInvalid, "queries[0]"));
  EXPECT_THAT(StatusOfList({std::string(100'000, '[')}),
              HasReason(Reason::kGeneralArgumentInvalid, "queries[0]"));
  EXPECT_THAT(StatusOfList({absl::StrCat(R"({"method":"limit","values":[)", std::string(900, '['),
                                         std::string(900, ']'), "]}")}),
              HasReason(Reason::kGeneralArgumentInvalid, "queries[0]"));
}

TEST(QueryLimitsTest, Takes1000ConditionsAndNoMore) {
  std::vector<std::string> queries(1000, kOnline);
  EXPECT_THAT(StatusOfList(queries), IsOk());
  queries.push_back(R"({"method":"limit","values":[3]})");
  EXPECT_THAT(StatusOfList(queries), IsOk());
  queries.push_back(kOnline);
  EXPECT_THAT(StatusOfList(queries), HasReason(Reason::kGeneralArgumentInvalid,
                                               "queries[1001]: more than 1000 conditions"));
}

TEST(QueryLimitsTest, CountsNestedConditions) {
  const std::string or_500 =
      absl::StrCat(R"({"method":"or","values":[)",
                   absl::StrJoin(std::vector<std::string>(500, kOnline), ","), "]}");
  EXPECT_THAT(StatusOfList({or_500, or_500}),
              HasReason(Reason::kGeneralArgumentInvalid, "queries[1]"));
}

TEST(QueryLimitsTest, Takes16PatternsAndNoMore) {
  std::vector<std::string> queries(16, R"({"method":"regex","attribute":"status","values":["o"]})");
  EXPECT_THAT(StatusOfList(queries), IsOk());
  queries.push_back(queries[0]);
  EXPECT_THAT(StatusOfList(queries), HasReason(Reason::kGeneralArgumentInvalid,
                                               "queries[16]: more than 16 regex conditions"));
}

TEST(QueryLimitsTest, RegexCannotBlowUp) {
  absl::StatusOr<ListQuery> query = ParseListQueries(
      {R"({"method":"regex","attribute":"status","values":["^(a+)+$|(a|aa)+b|(.*)(.*)(.*)x"]})"},
      {});
  ASSERT_THAT(query, IsOk());
  EXPECT_FALSE(query->filters.Matches(*MakeRecord("p", std::string(255, 'a') + "!")));
}

TEST(QueryLimitsTest, ReadsTextsBeyondTheReusedParser) {
  const std::string padding(100'000, ' ');
  absl::StatusOr<ListQuery> query = ParseListQueries({padding + kOnline, kOnline}, {});
  ASSERT_THAT(query, IsOk());
  EXPECT_TRUE(query->filters.Matches(*MakeRecord("p", "online")));
}

TEST(QueryLimitsTest, RefusesInvalidUtf8) {
  EXPECT_THAT(
      StatusOfList({"{\"method\":\"equal\",\"attribute\":\"status\",\"values\":[\"\xff\"]}"}),
      HasReason(Reason::kGeneralArgumentInvalid, "queries[0]: not JSON"));
}

TEST(QueryLimitsTest, CutsWhatItQuotesBetweenCharacters) {
  for (int padding = 60; padding < 66; ++padding) {
    const std::string name = std::string(padding, 'a') + "\u00e4\U0001F408" + std::string(99, 'b');
    const absl::Status status = StatusOfList({absl::StrCat("{\"method\":\"", name, "\"}")});
    EXPECT_THAT(status, HasReason(Reason::kGeneralArgumentInvalid, "...\"; use one of"));
    EXPECT_TRUE(IsUtf8(status.message())) << padding;
  }
}

TEST(QueryLimitsTest, EscapesWhatItQuotes) {
  const absl::Status status = StatusOfList({R"({"method":"a\u0000\nb"})"});
  EXPECT_THAT(status, HasReason(Reason::kGeneralArgumentInvalid, R"("a\x00\nb")"));
}

}  // namespace
}  // namespace presences::testing
