#include "client/cli/query_options.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace presences::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Filter(absl::string_view text) {
  const auto query = ParseFilter(text);
  return query.ok() ? *query : std::string(query.status().message());
}

TEST(FilterTest, KnowsEveryOperator) {
  EXPECT_EQ(Filter("status=online"),
            R"({"method":"equal","attribute":"status","values":["online"]})");
  EXPECT_THAT(Filter("a!=b"), HasSubstr("notEqual"));
  EXPECT_THAT(Filter("a<b"), HasSubstr("\"lessThan\""));
  EXPECT_THAT(Filter("a<=b"), HasSubstr("lessThanEqual"));
  EXPECT_THAT(Filter("a>b"), HasSubstr("\"greaterThan\""));
  EXPECT_THAT(Filter("a>=b"), HasSubstr("greaterThanEqual"));
  EXPECT_THAT(Filter("a^=b"), HasSubstr("startsWith"));
  EXPECT_THAT(Filter("a$=b"), HasSubstr("endsWith"));
  EXPECT_THAT(Filter("a*=b"), HasSubstr("contains"));
}

TEST(FilterTest, CutsAtTheFirstOperatorBehindTheFirstCharacter) {
  EXPECT_EQ(Filter("$id=p=1"), R"({"method":"equal","attribute":"$id","values":["p=1"]})");
  EXPECT_EQ(Filter("status="), R"({"method":"equal","attribute":"status","values":[""]})");
}

TEST(FilterTest, TakesMetadataValuesForWhatTheyAre) {
  EXPECT_THAT(Filter("metadata.n=3"), HasSubstr("[3]"));
  EXPECT_THAT(Filter("metadata.n=-2.5"), HasSubstr("[-2.5]"));
  EXPECT_THAT(Filter("metadata.b=true"), HasSubstr("[true]"));
  EXPECT_THAT(Filter("metadata.s=\"3\""), HasSubstr("[\"3\"]"));
  EXPECT_THAT(Filter("metadata.s=home"), HasSubstr("[\"home\"]"));
  EXPECT_THAT(Filter("metadata.s=3 men"), HasSubstr("[\"3 men\"]"));
  EXPECT_THAT(Filter("metadata.s=1,\"x\":2"), HasSubstr("[\"1,\\\"x\\\":2\"]"));
  EXPECT_THAT(Filter("status=3"), HasSubstr("[\"3\"]"));
}

TEST(FilterTest, SaysWhatAFilterLooksLike) {
  EXPECT_THAT(Filter("online"), HasSubstr("ATTRIBUTE OPERATOR VALUE"));
  EXPECT_THAT(Filter("=online"), HasSubstr("ATTRIBUTE OPERATOR VALUE"));
}

TEST(QueryOptionsTest, PutsEverythingTogether) {
  QueryOptions options;
  options.queries = {"raw"};
  options.filters = {"a=b"};
  options.statuses = {"online", "away"};
  options.users = {"u1"};
  EXPECT_THAT(options.Texts(),
              ElementsAre("raw", Filter("a=b"),
                          R"({"method":"equal","attribute":"status","values":["online","away"]})",
                          R"({"method":"equal","attribute":"userId","values":["u1"]})"));
}

}  // namespace
}  // namespace presences::cli
