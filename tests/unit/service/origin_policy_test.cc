#include "server/service/origin_policy.h"

#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "tests/support/paths.h"
#include "tests/support/table.h"

namespace presences::service {
namespace {

TEST(OriginPolicyTest, ReadsTheTable) {
  const OriginPolicy policy(
      {{"demo", {"localhost", "*.example.com", "app.test"}}, {"open", {"*"}}, {"none", {}}});
  testing::CheckTable(
      PRESENCES_TESTDATA "/http/origins.txt",
      [&policy](absl::string_view row) -> absl::StatusOr<std::string> {
        const std::vector<std::string> words = absl::StrSplit(row, ' ');
        const std::string host = words[2] == "-" ? "" : words[2];
        return std::string(policy.Allows(words[0], words[1], host) ? "allowed" : "refused");
      });
}

TEST(OriginPolicyTest, AnUnknownProjectAllowsOnlyWhatSomeProjectDoes) {
  const OriginPolicy policy({{"a", {"a.test"}}, {"b", {"b.test"}}});
  EXPECT_TRUE(policy.Allows("unknown", "https://b.test", ""));
  EXPECT_FALSE(policy.Allows("unknown", "https://c.test", ""));
  EXPECT_FALSE(policy.Allows("a", "https://b.test", ""));
}

TEST(OriginPolicyTest, ReloadReplacesEverything) {
  OriginPolicy policy(std::vector<OriginPolicy::Project>{{"demo", {"old.test"}}});
  policy.Reload({{"demo", {"new.test"}}});
  EXPECT_FALSE(policy.Allows("demo", "https://old.test", ""));
  EXPECT_TRUE(policy.Allows("demo", "https://new.test", ""));
}

}  // namespace
}  // namespace presences::service
