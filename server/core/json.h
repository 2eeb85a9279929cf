// JSON text: checked and compacted without building a tree.
//
// Metadata is kept as the text that the client sent, minus white space, so that key order, empty
// objects and 64-bit integers survive (ADR 0003). What a JavaScript client could not read back is
// refused here: keys that contain __proto__ or constructor, numbers that overflow a double, lone
// surrogates, invalid UTF-8 (contract 7.4).
//
// Threads: any (pure functions). Recursion is bounded by kMaxMetadataDepth.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace presences {

// Answers `text` without insignificant white space. `field` names it in refusals.
// GENERAL_ARGUMENT_INVALID: not JSON, not an object at the top ([] counts as {}), a poison key, a
// number beyond double, bad UTF-8. DOCUMENT_INVALID_STRUCTURE: deeper than kMaxMetadataDepth (the
// outer object is depth 1) or longer than kMaxMetadataSize bytes when compact.
absl::StatusOr<std::string> CompactMetadata(absl::string_view field, absl::string_view text);

// A scalar found inside checked JSON.
struct JsonScalar {
  enum class Kind { kNull, kBool, kNumber, kString, kOther };
  Kind kind = Kind::kNull;
  bool boolean = false;
  double number = 0;
  std::string text;  // decoded string; for other kinds the source text
};

// Finds `path` (key names joined by dots, e.g. "doc.page") in an object that CompactMetadata
// answered. A key that itself contains dots is not reachable. The last of duplicate keys counts.
// nullopt: absent. Other text gives some answer, never undefined behaviour.
std::optional<JsonScalar> FindInMetadata(absl::string_view metadata, absl::string_view path);

// True when `text` is well-formed UTF-8 (no surrogates, no overlong forms). Counts code points
// into `*code_points` when given.
bool IsUtf8(absl::string_view text, std::size_t* code_points = nullptr);

}  // namespace presences
