// Records for people: a table of many, a list of the fields of one.
//
// What users wrote into a record is shown without control characters, so that a status cannot move
// the cursor or change the title of an operator's terminal.
//
// Threads: any (pure functions).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "client/presence.h"

namespace presences::cli {

using Row = std::vector<std::string>;

// Aligned columns, two spaces apart, lines cut at `width` code points (0: never). The first row is
// the heading.
std::vector<std::string> TableLines(const std::vector<Row>& rows, std::size_t width);

Row PresenceHeading();
Row PresenceRow(const client::Presence& presence, TimePoint now);

// One field a line.
std::string PresenceFields(const client::Presence& presence, TimePoint now);

// `text` with control characters replaced.
std::string Printable(absl::string_view text);

}  // namespace presences::cli
