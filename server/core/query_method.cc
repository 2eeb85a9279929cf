#include "server/core/query_method.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"

namespace presences {
namespace {

constexpr std::size_t kMany = kMaxQueryValues;

// In the order of Method.
constexpr MethodRow kMethods[] = {
    {"equal", Method::kEqual, MethodGroup::kEquality, 1, kMany, true},
    {"notEqual", Method::kNotEqual, MethodGroup::kEquality, 1, 1, true},
    {"lessThan", Method::kLessThan, MethodGroup::kComparison, 1, 1, true},
    {"lessThanEqual", Method::kLessThanEqual, MethodGroup::kComparison, 1, 1, true},
    {"greaterThan", Method::kGreaterThan, MethodGroup::kComparison, 1, 1, true},
    {"greaterThanEqual", Method::kGreaterThanEqual, MethodGroup::kComparison, 1, 1, true},
    {"between", Method::kBetween, MethodGroup::kComparison, 2, 2, false},
    {"notBetween", Method::kNotBetween, MethodGroup::kComparison, 2, 2, false},
    {"contains", Method::kContains, MethodGroup::kText, 1, kMany, false},
    {"containsAny", Method::kContainsAny, MethodGroup::kText, 1, kMany, false},
    {"notContains", Method::kNotContains, MethodGroup::kText, 1, kMany, false},
    {"containsAll", Method::kContainsAll, MethodGroup::kText, 1, kMany, false},
    {"startsWith", Method::kStartsWith, MethodGroup::kText, 1, 1, false},
    {"notStartsWith", Method::kNotStartsWith, MethodGroup::kText, 1, 1, false},
    {"endsWith", Method::kEndsWith, MethodGroup::kText, 1, 1, false},
    {"notEndsWith", Method::kNotEndsWith, MethodGroup::kText, 1, 1, false},
    {"regex", Method::kRegex, MethodGroup::kText, 1, 1, false},
    {"isNull", Method::kIsNull, MethodGroup::kNull, 0, 0, true},
    {"isNotNull", Method::kIsNotNull, MethodGroup::kNull, 0, 0, true},
    {"and", Method::kAnd, MethodGroup::kLogic, 2, kMany, true},
    {"or", Method::kOr, MethodGroup::kLogic, 2, kMany, true},
    {"orderAsc", Method::kOrderAsc, MethodGroup::kOrder, 0, 0, false},
    {"orderDesc", Method::kOrderDesc, MethodGroup::kOrder, 0, 0, false},
    {"orderRandom", Method::kOrderRandom, MethodGroup::kOrder, 0, 0, false},
    {"limit", Method::kLimit, MethodGroup::kPage, 1, 1, false},
    {"offset", Method::kOffset, MethodGroup::kPage, 1, 1, false},
    {"cursorAfter", Method::kCursorAfter, MethodGroup::kPage, 1, 1, false},
    {"cursorBefore", Method::kCursorBefore, MethodGroup::kPage, 1, 1, false},
    {"select", Method::kSelect, MethodGroup::kSelect, 1, kMany, true},
};

}  // namespace

const MethodRow* FindMethod(absl::string_view name) {
  const auto* row = std::find_if(std::begin(kMethods), std::end(kMethods),
                                 [name](const MethodRow& r) { return r.name == name; });
  return row == std::end(kMethods) ? nullptr : row;
}

absl::string_view MethodName(Method method) {
  return kMethods[static_cast<std::size_t>(method)].name;
}

std::string MethodNames(bool socket_only) {
  std::string names;
  for (const MethodRow& row : kMethods) {
    if (row.method == Method::kSelect || (socket_only && !row.socket)) continue;
    absl::StrAppend(&names, names.empty() ? "" : ", ", row.name);
  }
  return names;
}

}  // namespace presences
