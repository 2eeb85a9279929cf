// JSON strings: checking and decoding of one quoted text.
//
// Apart from json.h because both the check of a whole text and the look-up inside it need them.
//
// Threads: any (pure functions).
#pragma once

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "server/base/utf8.h"

namespace presences {

// Finds the end of the string whose opening quote is text[0]. Answers the size with both quotes,
// or 0 when `text` ends before the string does. Escapes are stepped over, not checked.
std::size_t JsonStringSize(absl::string_view text);

// Checks and decodes what stands between the quotes. Answers null, or what is wrong with it and
// how to put it right: a raw control character, an unknown escape, a lone surrogate, bad UTF-8.
// `decoded` may be null; otherwise the text is appended.
const char* DecodeJsonString(absl::string_view quoted, std::string* decoded);

}  // namespace presences
