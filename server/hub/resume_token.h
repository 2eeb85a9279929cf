// ResumeToken: where a subscriber stood, opaque to it.
//
// Names the project's epoch, the last revision delivered, and fingerprints of what was asked for
// and of who asked. It grants nothing: permissions are evaluated anew on every resume.
//
// Threads: immutable.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "server/core/presence.h"

namespace presences::hub {

struct ResumeToken {
  std::uint64_t epoch = 0;
  Revision revision = 0;
  std::uint64_t request = 0;  // project, channels, queries, skip_unchanged
  std::uint64_t viewer = 0;   // user and roles

  std::string Encode() const;  // 50 characters of base64url
  // nullopt: not a token of ours, or damaged.
  static std::optional<ResumeToken> Decode(absl::string_view text);
};

}  // namespace presences::hub
