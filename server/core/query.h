// Queries: the SDKs' JSON query texts, parsed and typed (contract section 5).
//
// A text such as {"method":"equal","attribute":"status","values":["online"]} becomes a Filter
// tree, an order, or a page bound. Evaluation is case-sensitive; dates compare as instants,
// numbers as numbers, text by bytes.
//
// Threads: a parsed query is immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/core/filter.h"
#include "server/core/presence.h"

namespace presences {

inline constexpr std::int64_t kDefaultListLimit = 25;  // contract 5.3

struct Order {
  enum class Direction { kAscending, kDescending, kRandom };
  Attribute attribute;  // unused for kRandom
  Direction direction = Direction::kAscending;
};

struct ListQuery {
  FilterSet filters;
  std::vector<Order> orders;
  std::int64_t limit = kDefaultListLimit;  // >= 1, no maximum
  std::int64_t offset = 0;
  std::optional<std::string> cursor_id;
  bool cursor_before = false;

  // True when records come in creation order, ascending: the order that the store keeps.
  bool in_creation_order() const { return orders.empty(); }
};

// Parses list queries: filters, orders, limit, offset, cursors. Metadata paths are allowed when
// `indexed_metadata` names them. GENERAL_ARGUMENT_INVALID names the element ("queries[2]"), the
// rule and the fix; select, search and unknown methods or attributes are refused, and so is a
// cursor beside orderRandom.
absl::StatusOr<ListQuery> ParseListQueries(absl::Span<const std::string> queries,
                                           absl::Span<const std::string> indexed_metadata);

// Which texts a subscription accepts.
enum class WatchDialect {
  kFull,    // Subscribe over gRPC, SSE, NDJSON and Connect: every filter of contract 5.3
  kSocket,  // the Realtime socket: contract 6.8 and nothing else; unknown attributes never match
};

// Parses the filters of a subscription; select(["*"]) matches everything. Orders, limits and
// cursors are refused.
absl::StatusOr<FilterSet> ParseWatchQueries(absl::Span<const std::string> queries,
                                            absl::Span<const std::string> indexed_metadata,
                                            WatchDialect dialect);

// The attribute that a query or a group_by names: $id, userId, status, source, expiresAt,
// $createdAt, $updatedAt, $sequence, or metadata.<path> with a path of `indexed_metadata`.
// GENERAL_ARGUMENT_INVALID on `field` otherwise.
absl::StatusOr<Attribute> ParseAttribute(absl::string_view field, absl::string_view name,
                                         absl::Span<const std::string> indexed_metadata);

// Compares two records by `orders`, then by creation (ascending; descending when the first order
// is $createdAt or $updatedAt descending). Absent values come first in ascending order, then
// booleans, numbers, text. REQUIRES: no random order in `orders`.
bool ComesBefore(const Presence& a, const Presence& b, absl::Span<const Order> orders);

}  // namespace presences
