// Principal: an authenticated caller, with what its credential allows.
//
// Threads: immutable; shared between requests that show the same credential.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "server/base/clock.h"
#include "server/base/standing.h"
#include "server/core/caller.h"

namespace presences::auth {

struct Principal {
  enum class Kind { kGuest, kUser, kKey };

  std::uint32_t project = 0;
  Kind kind = Kind::kGuest;
  std::string credential_id;            // API key id or token id, for logs; never the secret
  std::string name;                     // display name of a user token, may be empty
  Caller caller;                        // source is set by the transport's copy
  bool verified = false;                // user tokens: email or phone verified
  bool can_read = true;                 // scope presences.read; for guests: guest_access
  bool can_write = true;                // scope presences.write; never for guests
  std::optional<TimePoint> expires_at;  // exp + 30 s skew, or the key's expiry
  StandingPtr standing;                 // shared by all that rest on the same key or secret

  Validity validity() const { return {expires_at, standing}; }
};

using PrincipalPtr = std::shared_ptr<const Principal>;

}  // namespace presences::auth
