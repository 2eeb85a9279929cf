// Origins: the hosts whose web pages may call (contract 1.6).
//
// Threads: any (pure functions).
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace presences::config {

// A pattern in lower case: a host, *.suffix (any host below it, not the suffix itself), or *.
// INVALID_ARGUMENT says what to write instead.
absl::StatusOr<std::string> NormalizeOrigin(absl::string_view text);

}  // namespace presences::config
