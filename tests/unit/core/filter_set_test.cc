// FilterSet as others see it: canonical text, equalities for the index.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/query.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/core/query_records.h"

namespace presences::testing {
namespace {

using ::testing::ElementsAre;

FilterSet Filters(const std::vector<std::string>& queries,
                  WatchDialect dialect = WatchDialect::kFull) {
  absl::StatusOr<FilterSet> filters = ParseWatchQueries(queries, IndexedPaths(), dialect);
  EXPECT_THAT(filters, IsOk());
  return filters.ok() ? *filters : FilterSet();
}

std::string Canonical(const std::vector<std::string>& queries,
                      WatchDialect dialect = WatchDialect::kFull) {
  return Filters(queries, dialect).Canonical();
}

constexpr char kOnline[] = R"({"method":"equal","attribute":"status","values":["online"]})";
constexpr char kAlice[] = R"({"method":"equal","attribute":"userId","values":["alice"]})";

// Resume tokens of older servers carry these texts' hash: they must not change.
TEST(FilterSetTest, CanonicalTextsStay) {
  EXPECT_EQ(Canonical({}), "and()");
  EXPECT_EQ(Canonical({kOnline}), "and(status.equal(t6:online))");
  EXPECT_EQ(
      Canonical({R"({"method":"equal","attribute":"metadata.page","values":["b",true,2.50]})"}),
      "and(metadata[4:page].equal(b1,n2.5,t1:b))");
  EXPECT_EQ(Canonical({R"({"method":"between","attribute":"$createdAt",)"
                       R"("values":["1970-01-01T00:00:01Z","1970-01-01"]})"}),
            "and($createdAt.between(n1000,n0))");
  EXPECT_EQ(Canonical({R"({"method":"regex","attribute":"$id","values":["^a"]})"}),
            "and($id.regex(t2:^a))");
  EXPECT_EQ(Canonical({R"({"method":"isNull","attribute":"source"})"}), "and(source.isNull())");
  EXPECT_EQ(Canonical({absl::StrCat(R"({"method":"or","values":[)", kOnline, ",", kAlice, "]}")}),
            "and(or(status.equal(t6:online),userId.equal(t5:alice)))");
  EXPECT_EQ(Canonical({R"({"method":"lessThan","attribute":"status","values":["b",1]})"},
                      WatchDialect::kSocket),
            "and(payload.status.lessThan(n1,t1:b))");
  EXPECT_EQ(Canonical({R"({"method":"isNull","attribute":"nope"})"}, WatchDialect::kSocket),
            "and(false)");
}

TEST(FilterSetTest, WritingDoesNotMatter) {
  EXPECT_EQ(Canonical({kOnline, kAlice}), Canonical({kAlice, kOnline, kAlice}));
  EXPECT_EQ(Canonical({R"({"method":"equal","attribute":"status","values":["b","a","b"]})"}),
            Canonical({R"({"values":["a","b"],"attribute":"status","method":"equal"})"}));
  EXPECT_EQ(Canonical({R"({"method":"contains","attribute":"status","values":["a"]})"}),
            Canonical({R"({"method":"containsAny","attribute":"status","values":["a"]})"}));
  EXPECT_EQ(Canonical({kOnline, R"({"method":"select","values":["*"]})"}), Canonical({}));
}

TEST(FilterSetTest, MeaningDoes) {
  const std::vector<std::string> different = {
      kOnline,
      R"({"method":"notEqual","attribute":"status","values":["online"]})",
      R"({"method":"equal","attribute":"source","values":["online"]})",
      R"({"method":"equal","attribute":"status","values":["online","x"]})",
      R"({"method":"equal","attribute":"status","values":["online,t1:x"]})",
      R"({"method":"equal","attribute":"metadata.n","values":[1]})",
      R"({"method":"equal","attribute":"metadata.n","values":["1"]})",
      R"({"method":"equal","attribute":"metadata.n","values":[true]})",
      R"({"method":"equal","attribute":"metadata.n","values":[9007199254740993]})",
      R"({"method":"equal","attribute":"metadata.n","values":[9007199254740992]})",
      R"({"method":"between","attribute":"$sequence","values":[1,2]})",
      R"({"method":"between","attribute":"$sequence","values":[2,1]})",
      absl::StrCat(R"({"method":"and","values":[)", kOnline, ",", kAlice, "]}"),
      absl::StrCat(R"({"method":"or","values":[)", kOnline, ",", kAlice, "]}")};
  std::vector<std::string> texts;
  for (const std::string& query : different) texts.push_back(Canonical({query}));
  std::sort(texts.begin(), texts.end());
  EXPECT_EQ(std::adjacent_find(texts.begin(), texts.end()), texts.end());
}

TEST(FilterSetTest, ListsEqualitiesThatBoundTheCandidates) {
  const std::vector<IndexableEquality> found =
      Filters({kOnline, R"({"method":"equal","attribute":"$id","values":["p2","p1"]})",
               R"({"method":"equal","attribute":"metadata.n","values":["1",1.0,false,1.5]})",
               R"({"method":"equal","attribute":"source","values":["rest"]})",
               R"({"method":"notEqual","attribute":"userId","values":["bob"]})",
               R"({"method":"isNull","attribute":"metadata.page"})",
               absl::StrCat(R"({"method":"or","values":[)", kOnline, ",", kAlice, "]}")})
          .Equalities();
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].attribute.kind, Attribute::Kind::kStatus);
  EXPECT_THAT(found[0].values, ElementsAre("online"));
  EXPECT_EQ(found[1].attribute.kind, Attribute::Kind::kId);
  EXPECT_THAT(found[1].values, ElementsAre("p1", "p2"));
  EXPECT_EQ(found[2].attribute.path, "n");
  EXPECT_THAT(found[2].values, ElementsAre("bfalse", "n1", "n1.5", "s1"));
}

TEST(FilterSetTest, FindsEqualitiesInsideAndAndOnTheSocket) {
  EXPECT_EQ(Filters({absl::StrCat(R"({"method":"and","values":[)", kOnline, ",", kAlice, "]}")})
                .Equalities()
                .size(),
            2u);
  EXPECT_EQ(Filters({kOnline}, WatchDialect::kSocket).Equalities().size(), 1u);
  const FilterSet mixed =
      Filters({R"({"method":"equal","attribute":"status","values":[10,null,"10"]})"},
              WatchDialect::kSocket);
  ASSERT_EQ(mixed.Equalities().size(), 1u);
  EXPECT_THAT(mixed.Equalities()[0].values, ElementsAre("10"));
  EXPECT_TRUE(FilterSet().Equalities().empty());
}

TEST(FilterSetTest, IsSoleEqualityOnlyWhenItAsksForNothingElse) {
  const auto sole = Filters({kOnline}).SoleEquality();
  ASSERT_TRUE(sole.has_value());
  EXPECT_EQ(sole->attribute.kind, Attribute::Kind::kStatus);
  EXPECT_THAT(sole->values, ElementsAre("online"));
  EXPECT_FALSE(Filters({kOnline, kAlice}).SoleEquality());
  EXPECT_FALSE(FilterSet().SoleEquality());
  for (const char* query :
       {R"({"method":"equal","attribute":"status","values":["online","away"]})",
        R"({"method":"equal","attribute":"source","values":["rest"]})",
        R"({"method":"notEqual","attribute":"status","values":["online"]})",
        R"({"method":"startsWith","attribute":"status","values":["online"]})"}) {
    EXPECT_FALSE(Filters({query}).SoleEquality()) << query;
  }
  EXPECT_FALSE(Filters({absl::StrCat(R"({"method":"or","values":[)", kOnline, ",", kAlice, "]}")})
                   .SoleEquality());
  EXPECT_FALSE(
      Filters({R"({"method":"equal","attribute":"status","values":[10]})"}, WatchDialect::kSocket)
          .SoleEquality());
}

// The index answers with exactly the records that the filter wants.
TEST(FilterSetTest, EqualitiesAgreeWithIndexKeys) {
  for (const char* query :
       {kOnline, R"({"method":"equal","attribute":"metadata.n","values":[1,9007199254740993]})",
        R"({"method":"equal","attribute":"metadata.n","values":["1",10.0]})",
        R"({"method":"equal","attribute":"metadata.ok","values":[true,1.5]})",
        R"({"method":"equal","attribute":"metadata.page","values":["home",1]})",
        R"({"method":"equal","attribute":"userId","values":["alice"]})"}) {
    const FilterSet filters = Filters({query});
    const std::vector<IndexableEquality> equalities = filters.Equalities();
    ASSERT_EQ(equalities.size(), 1u) << query;
    for (const auto& [name, record] : QueryRecords()) {
      std::string key;
      const bool filed = IndexKey(*record, equalities[0].attribute, &key);
      const bool listed =
          filed && std::count(equalities[0].values.begin(), equalities[0].values.end(), key) == 1;
      EXPECT_EQ(listed, filters.Matches(*record)) << query << " " << name;
    }
  }
}

TEST(FilterSetTest, FilesScalarsOnly) {
  const Attribute page{Attribute::Kind::kMetadata, "page"};
  std::string key;
  EXPECT_FALSE(IndexKey(*MakeRecord("p", "s", R"({})"), page, &key));
  EXPECT_FALSE(IndexKey(*MakeRecord("p", "s", R"({"page":null})"), page, &key));
  EXPECT_FALSE(IndexKey(*MakeRecord("p", "s", R"({"page":[1]})"), page, &key));
  EXPECT_TRUE(IndexKey(*MakeRecord("p", "s", R"({"page":""})"), page, &key));
  EXPECT_EQ(key, "s");
  EXPECT_TRUE(IndexKey(*MakeRecord("p", "s", R"({"page":1e0})"), page, &key));
  EXPECT_EQ(key, "n1");
  EXPECT_EQ(IndexKeyValue(page, "n1"), "1");
  EXPECT_EQ(IndexKeyValue({Attribute::Kind::kStatus, {}}, "n1"), "n1");
  EXPECT_FALSE(IndexKey(*MakeRecord("p", "s"), {Attribute::Kind::kCreatedAt, {}}, &key));
}

}  // namespace
}  // namespace presences::testing
