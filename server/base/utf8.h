// UTF-8: the well-formed sequences (Unicode 15, table 3-7).
//
// Threads: any (pure functions).
#pragma once

#include <cstddef>

#include "absl/strings/string_view.h"

namespace presences {

// The size of the well-formed UTF-8 sequence that begins `text`, or 0. REQUIRES: not empty.
std::size_t Utf8SequenceSize(absl::string_view text);

}  // namespace presences
