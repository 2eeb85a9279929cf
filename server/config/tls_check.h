// TLS files, looked into before a listener or a handshake stumbles over them.
//
// Threads: any (pure functions).
#pragma once

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "server/base/clock.h"

namespace presences::config {

// INVALID_ARGUMENT says what is wrong with the PEM text, without repeating any of it.
absl::Status CheckCertificates(absl::string_view pem);
absl::Status CheckPrivateKey(absl::string_view pem);
// REQUIRES: both passed the checks above.
absl::Status CheckKeyFits(absl::string_view certificate_pem, absl::string_view key_pem);

// When the first of these certificates expires; nullopt: none can be read.
std::optional<TimePoint> ExpiryOf(absl::string_view certificates_pem);

}  // namespace presences::config
