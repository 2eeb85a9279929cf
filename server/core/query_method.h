// Query methods: one table of names, shapes and where each is allowed (contract 5.3, 6.8).
//
// Threads: immutable.
#pragma once

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace presences {

inline constexpr std::size_t kMaxQueryValues = 500;  // per filter, contract 5.3

enum class Method {
  kEqual,
  kNotEqual,
  kLessThan,
  kLessThanEqual,
  kGreaterThan,
  kGreaterThanEqual,
  kBetween,
  kNotBetween,
  kContains,
  kContainsAny,
  kNotContains,
  kContainsAll,
  kStartsWith,
  kNotStartsWith,
  kEndsWith,
  kNotEndsWith,
  kRegex,
  kIsNull,
  kIsNotNull,
  kAnd,
  kOr,
  kOrderAsc,
  kOrderDesc,
  kOrderRandom,
  kLimit,
  kOffset,
  kCursorAfter,
  kCursorBefore,
  kSelect,
};

enum class MethodGroup {
  kEquality,    // any scalar
  kComparison,  // anything that has an order
  kText,        // text only
  kNull,
  kLogic,
  kOrder,
  kPage,
  kSelect,
};

struct MethodRow {
  absl::string_view name;
  Method method;
  MethodGroup group;
  std::size_t min_values;
  std::size_t max_values;
  bool socket;  // allowed on the Realtime socket

  bool is_filter() const {
    return group != MethodGroup::kOrder && group != MethodGroup::kPage &&
           group != MethodGroup::kSelect;
  }
};

// Null: no such method.
const MethodRow* FindMethod(absl::string_view name);
absl::string_view MethodName(Method method);
// The names that a message offers: all of them, or the socket's.
std::string MethodNames(bool socket_only);

}  // namespace presences
