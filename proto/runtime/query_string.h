// Query strings and form bodies, taken apart; paths share the decoding.
//
// Threads: any (pure functions).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "proto/runtime/error.h"

namespace presences::transcode {

// One `name=value` pair, decoded. `queries[0]=x` and `queries[]=x` are both an element of
// "queries".
struct Parameter {
  std::string name;
  std::string value;
  bool is_element = false;
};

// True when `text` is well-formed UTF-8.
bool IsUtf8(absl::string_view text);

// Decodes %XX, and `+` as a space if `plus_is_space`. False: an escape is broken, or the outcome is
// not UTF-8.
bool PercentDecode(absl::string_view text, bool plus_is_space, std::string* out);

// Splits `query` (without the `?`) and appends its pairs to `*out`, in their order. A pair without
// `=` has an empty value. Names with other brackets than `[]` and `[digits]` are kept as they are.
std::optional<Error> SplitQuery(absl::string_view query, std::vector<Parameter>* out);

}  // namespace presences::transcode
