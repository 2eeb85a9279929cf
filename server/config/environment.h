// Environment: `${NAME}` inside a string of the file becomes the variable's value.
//
// Values are not looked at again, so a secret may contain anything. `$${` is a plain `${`.
//
// Threads: any, as long as nobody changes the environment.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace presences::config {

// INVALID_ARGUMENT names the variable that is not set, or what is wrong with the reference.
absl::StatusOr<std::string> ReplaceVariables(absl::string_view text);
// Text that ReplaceVariables turns back into `text`.
std::string EscapeVariables(absl::string_view text);

}  // namespace presences::config
