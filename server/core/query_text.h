// RawQuery: the tree that a query text spells, before any name or type is looked at.
//
// Grammar (contract 5.1): an object with `method` (string), `attribute` (string, optional) and
// `values` (list, optional); elements of `values` are scalars or objects of the same shape. Other
// keys are ignored, null counts as absent, the last of duplicate keys counts.
//
// Threads: any (pure functions).
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/core/filter_value.h"

namespace presences {

inline constexpr int kMaxQueryDepth = 16;  // and/or inside and/or; a plain filter is depth 1

struct RawQuery;

struct RawValue {
  enum class Kind { kLiteral, kNull, kList, kQuery };
  Kind kind = Kind::kNull;
  Literal literal;                  // kLiteral
  std::unique_ptr<RawQuery> query;  // kQuery
};

struct RawQuery {
  std::string method;
  std::string attribute;  // empty: absent
  std::vector<RawValue> values;
};

// Where in a request a query stands: queries[2], or queries[2].values[0] for a child.
struct QueryPath {
  std::size_t index = 0;
  const QueryPath* parent = nullptr;

  std::string Text() const;
};

// GENERAL_ARGUMENT_INVALID that names the place.
absl::Status RefuseQuery(const QueryPath& path, absl::string_view rule_and_fix);

// `text` in quotes, cut and escaped so that a message can carry what a client sent.
std::string QuoteForMessage(absl::string_view text);

// Parses the text of queries[index].
absl::StatusOr<RawQuery> ParseRawQuery(absl::string_view text, std::size_t index);

}  // namespace presences
