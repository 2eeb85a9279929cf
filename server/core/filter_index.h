// Index keys: how a value of an attribute is filed.
//
// Texts are their own key. A metadata value is one letter for its kind, then the value: s (text),
// n (number, shortest decimal form), b (true or false); so 1 and "1" differ while 1 and 1.0 agree.
//
// Threads: any (pure functions).
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "server/core/filter.h"
#include "server/core/filter_value.h"

namespace presences {

// True when equalities on `kind` can be answered by an index: id, user, status, metadata.
bool IsIndexable(Attribute::Kind kind);

// The key of `value` under `kind`. False: such a value is not filed. REQUIRES: IsIndexable(kind).
bool KeyOf(Attribute::Kind kind, const FilterValue& value, std::string* key);

}  // namespace presences
