// Session values: what stands in a session's place, taken apart.
//
// The SDKs carry a session as base64 of {"id","secret"}; here the secret is a user token. Services
// may send the token bare.
//
// Threads: any (pure functions).
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace presences::auth {

struct SessionValue {
  std::string token;
  std::string user_id;  // empty: not stated
};

// nullopt: neither a token nor such base64 JSON. Both base64 alphabets, with and without padding,
// are read: cookies pass through many hands, and the token inside is checked anyway.
std::optional<SessionValue> ParseSessionValue(absl::string_view session);

}  // namespace presences::auth
