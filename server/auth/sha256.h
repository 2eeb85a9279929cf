// Sha256 digests: how credentials are remembered without keeping their text.
//
// Threads: any; each thread keeps one hash context of its own, which makes a digest of a short
// text several times cheaper than a fresh one.
#pragma once

#include <array>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace presences::auth {

using Digest = std::array<std::uint8_t, 32>;

Digest DigestOf(absl::string_view text);

}  // namespace presences::auth
