// ApiKey: a server credential, known only by the hash of its text.
//
// Threads: immutable.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "server/base/clock.h"

namespace presences::auth {

struct ApiKey {
  std::string id = {};      // for logs
  std::string sha256 = {};  // 32 raw bytes: SHA-256 of the whole key
  bool can_read = false;
  bool can_write = false;
  std::optional<TimePoint> expires_at = {};

  friend bool operator==(const ApiKey&, const ApiKey&) = default;
};

// SHA-256 of `text`, 32 raw bytes.
std::string Sha256(absl::string_view text);
// 64 hex digits to 32 bytes; nullopt when it is not that.
std::optional<std::string> ParseSha256Hex(absl::string_view hex);
std::string Sha256Hex(absl::string_view text);

}  // namespace presences::auth
