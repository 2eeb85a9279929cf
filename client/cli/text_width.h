// How text of others looks on a terminal: without what would move the cursor, and how wide.
//
// Users choose a status and metadata, operators look at them: nothing in there may reach the
// terminal as a command, reverse the direction of writing, or hide behind no width at all.
//
// Threads: any (pure functions).
#pragma once

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace presences::cli {

// `text` with control characters, marks of direction and what is no UTF-8 replaced by ?, and
// without characters whose width terminals do not agree on, such as the joiners of emojis.
std::string Printable(absl::string_view text);

// The columns that `printable` takes.
std::size_t Width(absl::string_view printable);

// The first part of `printable` that fits into `width` columns. A part that is left out shows as
// an ellipsis.
std::string Fitted(absl::string_view printable, std::size_t width);

}  // namespace presences::cli
