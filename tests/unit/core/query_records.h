// Records for the query tests.
//
// Threads: any (pure functions).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/core/presence.h"

namespace presences::testing {

// The record of one line of testdata/queries/records.txt, and its name.
std::pair<std::string, PresencePtr> ParseRecord(absl::string_view line);

// All records of testdata/queries/records.txt.
std::vector<std::pair<std::string, PresencePtr>> QueryRecords();

// The lines of a file of testdata/queries; fails the test when there is none.
std::vector<std::string> QueryFile(const std::string& name);

// Paths that the query tests index: page, n, ok, doc.page.
const std::vector<std::string>& IndexedPaths();

// A record with the given fields; the rest is fixed.
PresencePtr MakeRecord(absl::string_view id, absl::string_view status,
                       absl::string_view metadata = "{}", Revision created_revision = 1);

}  // namespace presences::testing
