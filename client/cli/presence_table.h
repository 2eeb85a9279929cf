// Records for people: a table of many, a list of the fields of one.
//
// What users wrote into a record is shown as text_width.h says: a status cannot move the cursor or
// change the title of an operator's terminal.
//
// Threads: any (pure functions).
#pragma once

#include <string>
#include <vector>

#include "client/presence.h"
#include "client/stream_event.h"

namespace presences::cli {

using Row = std::vector<std::string>;

// Aligned columns, two spaces apart. The first row is the heading.
std::vector<std::string> TableLines(const std::vector<Row>& rows);

Row PresenceHeading();
Row PresenceRow(const client::Presence& presence, TimePoint now);

// One field a line.
std::string PresenceFields(const client::Presence& presence, TimePoint now);

// "in 59s", or "now" when its time is over.
std::string ExpiresText(const client::Presence& presence, TimePoint now);

// What happened, a line each, for terminals that cannot draw and for logs that people read.
std::string EventLines(const client::StreamEvent& event, TimePoint now);

}  // namespace presences::cli
