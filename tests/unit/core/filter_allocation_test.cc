// Looking at a record costs no allocation: a filter runs per record and per change.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/core/filter_condition.h"
#include "server/core/filter_logic.h"
#include "tests/unit/core/allocation_counter.h"
#include "tests/unit/core/query_records.h"

namespace presences::testing {
namespace {

using Kind = Attribute::Kind;

constexpr char kStatus[] = "a status longer than a short string";

FilterNodePtr On(Kind kind, Method method, std::vector<Literal> values) {
  return std::make_shared<Condition>(Attribute{kind, {}}, method, std::move(values));
}

TEST(FilterAllocationTest, LooksAtARecordWithoutAllocating) {
  const PresencePtr record = MakeRecord("p1", kStatus);
  const Literal status = Literal::Text(kStatus);
  const Literal other = Literal::Text("another text longer than a short string");
  const FilterNodePtr equal = On(Kind::kStatus, Method::kEqual, {status});
  const std::vector<FilterNodePtr> nodes = {
      equal,
      On(Kind::kStatus, Method::kEqual, {other, status}),
      On(Kind::kUserId, Method::kNotEqual, {other}),
      On(Kind::kSource, Method::kNotEqual, {other}),
      On(Kind::kStatus, Method::kContains, {Literal::Text("longer")}),
      On(Kind::kStatus, Method::kStartsWith, {Literal::Text("a status")}),
      On(Kind::kUpdatedAt, Method::kGreaterThanEqual, {Literal::Whole(0)}),
      On(Kind::kSequence, Method::kBetween, {Literal::Whole(0), Literal::Whole(9)}),
      std::make_shared<OrFilter>(std::vector<FilterNodePtr>{equal, equal})};
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const FilterSet filters({nodes[i]});
    const int before = AllocationsSoFar();
    const bool matches = filters.Matches(*record);
    const int after = AllocationsSoFar();
    EXPECT_EQ(after, before) << i;
    EXPECT_TRUE(matches) << i;
  }
}

// So that the test above can fail: the counter sees what a condition on metadata allocates.
TEST(FilterAllocationTest, CountsAllocations) {
  const PresencePtr record = MakeRecord("p1", "s", absl::StrCat("{\"v\":\"", kStatus, "\"}"));
  const FilterSet filters(
      {std::make_shared<Condition>(Attribute{Kind::kMetadata, "v"}, Method::kEqual,
                                   std::vector<Literal>{Literal::Text(kStatus)})});
  const int before = AllocationsSoFar();
  EXPECT_TRUE(filters.Matches(*record));
  EXPECT_GT(AllocationsSoFar(), before);
}

}  // namespace
}  // namespace presences::testing
