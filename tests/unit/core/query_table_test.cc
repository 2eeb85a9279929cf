// Runs the tables of testdata/queries: every case names the records that match, all others must
// not, or the refusal.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "server/core/query.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/core/query_records.h"

namespace presences::testing {
namespace {

absl::StatusOr<FilterSet> Parse(const std::string& dialect,
                                const std::vector<std::string>& queries) {
  if (dialect == "watch") return ParseWatchQueries(queries, IndexedPaths(), WatchDialect::kFull);
  if (dialect == "socket") return ParseWatchQueries(queries, {}, WatchDialect::kSocket);
  absl::StatusOr<ListQuery> list = ParseListQueries(queries, IndexedPaths());
  if (!list.ok()) return list.status();
  return list->filters;
}

class QueryTableTest : public ::testing::TestWithParam<std::string> {
 protected:
  // Checks what `line` ("match a b", "match -" or "error text") says about the queries.
  void Check(const std::string& dialect, const std::vector<std::string>& queries,
             absl::string_view line) {
    absl::StatusOr<FilterSet> filters = Parse(dialect, queries);
    if (absl::StartsWith(line, "error ")) {
      const std::string text(line.substr(6));
      EXPECT_THAT(filters, HasReason(Reason::kGeneralArgumentInvalid, text));
      EXPECT_TRUE(absl::StartsWith(filters.status().message(), "queries["));
      return;
    }
    ASSERT_TRUE(absl::StartsWith(line, "match ")) << line;
    ASSERT_THAT(filters, IsOk());
    std::vector<std::string> matching;
    for (const auto& [name, record] : records_) {
      if (filters->Matches(*record)) matching.push_back(name);
    }
    EXPECT_EQ(absl::StrCat("match ", matching.empty() ? "-" : absl::StrJoin(matching, " ")),
              std::string(line));
  }

  const std::vector<std::pair<std::string, PresencePtr>> records_ = QueryRecords();
};

TEST_P(QueryTableTest, AnswersAsTheTableSays) {
  ASSERT_EQ(records_.size(), 6u);
  std::string dialect;
  std::vector<std::string> queries;
  int cases = 0;
  int number = 0;
  for (const std::string& line : QueryFile(GetParam())) {
    SCOPED_TRACE(absl::StrCat(GetParam(), ":", ++number, ": ", absl::StrJoin(queries, " ")));
    if (line.empty() || line[0] == '#') continue;
    if (absl::StartsWith(line, "dialect ")) {
      dialect = line.substr(8);
    } else if (absl::StartsWith(line, "query ")) {
      queries.push_back(line.substr(6));
    } else {
      Check(dialect, queries, line);
      queries.clear();
      ++cases;
    }
  }
  EXPECT_TRUE(queries.empty()) << "a query without its answer at the end";
  EXPECT_GT(cases, 10);
}

INSTANTIATE_TEST_SUITE_P(Files, QueryTableTest,
                         ::testing::Values("list_equality.txt", "list_comparison.txt",
                                           "list_text.txt", "list_logic.txt", "list_metadata.txt",
                                           "list_shape.txt", "list_pages.txt", "watch.txt",
                                           "socket.txt"),
                         [](const ::testing::TestParamInfo<std::string>& file) {
                           return file.param.substr(0, file.param.find('.'));
                         });

}  // namespace
}  // namespace presences::testing
