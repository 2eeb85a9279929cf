// DevCredential: a secret that is made once and kept in a file only its owner can read.
//
// Threads: any; two processes that start together end up with the same secret.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace presences::config {

// The secret in `path`: `prefix` and 64 random hex digits. Makes the file with mode 0600 when it
// is missing, whatever the umask, and takes other people's rights off an existing one.
// FAILED_PRECONDITION says what keeps the file from being used, and what to do.
absl::StatusOr<std::string> DevCredential(const std::string& path, const std::string& prefix);

}  // namespace presences::config
