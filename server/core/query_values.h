// Query values: literals checked and converted to the type of the attribute they meet.
//
// Threads: any (pure functions).
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/core/filter.h"
#include "server/core/filter_value.h"
#include "server/core/query_method.h"
#include "server/core/query_text.h"

namespace presences {

// What `value` is, for messages: the number 5, the boolean true, null, a list, an object, "text".
std::string DescribeValue(const RawValue& value);

// The values of `raw` for a typed comparison; dates become milliseconds. Refuses values of the
// wrong type and methods that the attribute's type does not have, naming the place and the fix.
absl::StatusOr<std::vector<Literal>> TypedValues(RawQuery raw, const MethodRow& method,
                                                 const Attribute& attribute, const QueryPath& path);

// The values of `raw` as they stand; null stands for a literal of kind kAbsent. Refuses lists and
// objects only.
absl::StatusOr<std::vector<Literal>> LooseValues(RawQuery raw, const QueryPath& path);

// The one value of limit and offset: a whole number not below `min`.
absl::StatusOr<std::int64_t> WholeNumber(const RawQuery& raw, std::int64_t min,
                                         const QueryPath& path);

}  // namespace presences
