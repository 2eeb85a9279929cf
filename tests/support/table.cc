#include "tests/support/table.h"

#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"
#include "server/base/reason.h"

namespace presences::testing {
namespace {

bool IsHex(char c) { return absl::ascii_isxdigit(static_cast<unsigned char>(c)); }

std::string Expand(absl::string_view text);

// Expands one <...>; false when it is not one of ours.
bool ExpandOne(absl::string_view inside, std::string& out) {
  if (inside.size() == 2 && IsHex(inside[0]) && IsHex(inside[1])) {
    out += absl::HexStringToBytes(inside);
    return true;
  }
  const std::size_t star = inside.find('*');
  int count = 0;
  if (star == absl::string_view::npos || !absl::SimpleAtoi(inside.substr(0, star), &count)) {
    return false;
  }
  const std::string once = Expand(inside.substr(star + 1));
  for (int i = 0; i < count; ++i) out += once;
  return true;
}

// The index of the > that closes text[0], if that is a <.
std::size_t FindClose(absl::string_view text) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '<') ++depth;
    if (depth == 0) break;
    if (text[i] == '>' && --depth == 0) return i;
  }
  return absl::string_view::npos;
}

std::string Expand(absl::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = FindClose(text);
    if (end != absl::string_view::npos && ExpandOne(text.substr(1, end - 1), out)) {
      text.remove_prefix(end + 1);
    } else {
      out += text[0];
      text.remove_prefix(1);
    }
  }
  return out;
}

void CheckRefusal(const absl::Status& status, absl::string_view expected) {
  const std::size_t space = expected.find(' ');
  const absl::string_view type = expected.substr(0, space);
  const absl::string_view text =
      space == absl::string_view::npos ? absl::string_view() : expected.substr(space + 1);
  EXPECT_EQ(RowOf(status).type, std::string(type)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), text))
      << status.message() << "\n  does not contain: " << text;
}

}  // namespace

std::vector<TableRow> ReadTable(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file.is_open()) << path;
  std::vector<TableRow> rows;
  std::string text;
  for (int line = 1; std::getline(file, text); ++line) {
    if (text.empty() || text[0] == '#') continue;
    const std::size_t bar = text.rfind(" | ");
    if (bar == std::string::npos) {
      ADD_FAILURE() << path << ":" << line << ": no \" | \"";
      continue;
    }
    rows.push_back({line, Expand(text.substr(0, bar)), Expand(text.substr(bar + 3))});
  }
  return rows;
}

void CheckTable(const std::string& path,
                const std::function<absl::StatusOr<std::string>(absl::string_view)>& run) {
  const std::vector<TableRow> rows = ReadTable(path);
  EXPECT_FALSE(rows.empty()) << path;
  for (const TableRow& row : rows) {
    SCOPED_TRACE(absl::StrCat(path, ":", row.line, ": ", row.input.substr(0, 200)));
    const absl::StatusOr<std::string> got = run(row.input);
    absl::string_view expected = row.expected;
    if (absl::ConsumePrefix(&expected, "! ")) {
      EXPECT_FALSE(got.ok()) << "accepted as " << got.value_or("");
      if (!got.ok()) CheckRefusal(got.status(), expected);
    } else if (expected == "=" || absl::ConsumePrefix(&expected, "= ")) {
      absl::ConsumePrefix(&expected, "=");
      EXPECT_TRUE(got.ok()) << got.status();
      EXPECT_EQ(got.value_or(""), std::string(expected));
    } else {
      ADD_FAILURE() << "the expectation must begin with = or !";
    }
  }
}

}  // namespace presences::testing
