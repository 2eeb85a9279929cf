#include "server/gateway/http/credentials.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "server/gateway/http/request_parser.h"
#include "tests/support/paths.h"
#include "tests/support/table.h"

namespace presences::gateway::http {
namespace {

void Append(const char* name, const std::optional<std::string>& value, std::string* text) {
  if (value) absl::StrAppend(text, text->empty() ? "" : " ", name, "=", *value);
}

// "METHOD target", then headers, each after "\n".
absl::StatusOr<std::string> Find(absl::string_view row) {
  const std::size_t line = row.find("\\n");
  const std::string headers(line == absl::string_view::npos ? "" : row.substr(line + 2));
  const std::string text =
      absl::StrCat(row.substr(0, line), " HTTP/1.1\r\n",
                   absl::StrReplaceAll(headers, {{"\\n", "\r\n"}}), "\r\n\r\n");
  RequestParser parser;
  EXPECT_EQ(parser.Parse(text), RequestParser::State::kDone) << parser.error();
  const std::string project = ProjectOf(parser.request());
  const auth::Credentials found =
      CredentialsOf(parser.request(), project.empty() ? "only" : project);
  std::string description;
  Append("project", project.empty() ? std::nullopt : std::optional(project), &description);
  Append("key", found.api_key, &description);
  Append("token", found.token, &description);
  Append("session", found.session, &description);
  return description;
}

TEST(CredentialsTest, ReadsTheTable) {
  testing::CheckTable(PRESENCES_TESTDATA "/http/credentials.txt", Find);
}

}  // namespace
}  // namespace presences::gateway::http
