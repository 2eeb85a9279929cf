// Base64url: the one spelling of bytes that RFC 7515 allows in a token.
//
// Strict on purpose: padding, white space, the other alphabet and spare bits are refused, so a
// token has exactly one text and a cache keyed by text cannot be fooled.
//
// Threads: any (pure functions).
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace presences::auth {

// nullopt: not canonical base64url. Empty text is empty bytes.
std::optional<std::string> DecodeBase64Url(absl::string_view text);
std::string EncodeBase64Url(absl::string_view bytes);

}  // namespace presences::auth
