#include "tests/unit/core/query_records.h"

#include <fstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "server/base/check.h"
#include "server/core/time_format.h"
#include "tests/support/paths.h"

namespace presences::testing {
namespace {

Source SourceOf(absl::string_view name) {
  for (const Source source : {Source::kRest, Source::kGrpc, Source::kRealtime}) {
    if (name == SourceName(source)) return source;
  }
  PRESENCES_CHECK(false && "a source of records.txt");
}

}  // namespace

std::pair<std::string, PresencePtr> ParseRecord(absl::string_view line) {
  const std::vector<std::string> columns = absl::StrSplit(line, absl::MaxSplits(" | ", 9));
  PRESENCES_CHECK(columns.size() == 10);
  PresenceFields fields;
  fields.id = columns[1];
  fields.user_id = columns[2];
  fields.status = columns[3];
  fields.source = SourceOf(columns[4]);
  fields.expires_at = ParseTime(columns[5]).value();
  fields.created_at = ParseTime(columns[6]).value();
  fields.updated_at = ParseTime(columns[7]).value();
  PRESENCES_CHECK(absl::SimpleAtoi(columns[8], &fields.created_revision));
  fields.revision = fields.created_revision;
  fields.metadata = columns[9];
  return {columns[0], Presence::Make(fields)};
}

std::vector<std::pair<std::string, PresencePtr>> QueryRecords() {
  std::vector<std::pair<std::string, PresencePtr>> records;
  for (const std::string& line : QueryFile("records.txt")) {
    if (!line.empty() && line[0] != '#') records.push_back(ParseRecord(line));
  }
  return records;
}

std::vector<std::string> QueryFile(const std::string& name) {
  std::ifstream file(std::string(PRESENCES_TESTDATA) + "/queries/" + name);
  EXPECT_TRUE(file.is_open()) << name;
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

const std::vector<std::string>& IndexedPaths() {
  static const auto* paths = new std::vector<std::string>{"page", "n", "ok", "doc.page"};
  return *paths;
}

PresencePtr MakeRecord(absl::string_view id, absl::string_view status, absl::string_view metadata,
                       Revision created_revision) {
  PresenceFields fields;
  fields.id = id;
  fields.user_id = "user";
  fields.status = status;
  fields.metadata = metadata;
  fields.created_revision = created_revision;
  fields.revision = created_revision;
  return Presence::Make(fields);
}

}  // namespace presences::testing
