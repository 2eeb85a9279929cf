// Handshake: the HTTP side of opening a WebSocket (RFC 6455 section 4).
//
// Threads: any (pure functions).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace presences::gateway {

using HeaderList = std::vector<std::pair<std::string, std::string>>;  // names in lower case

// The response that completes the handshake, with these header lines too (each with its line end);
// or why the request is none (an HTTP 400 or 426).
absl::StatusOr<std::string> AcceptHandshake(const HeaderList& headers, absl::string_view more = "");
// A whole HTTP response that refuses the upgrade.
std::string RefuseHandshake(const absl::Status& status);

// The value for Sec-WebSocket-Accept.
std::string AcceptKey(absl::string_view key);

// One value of the query part of `target`, decoded; empty: none.
std::string QueryParameter(absl::string_view target, absl::string_view name);
// All pairs of the query part, decoded, in order.
std::vector<std::pair<std::string, std::string>> QueryParameters(absl::string_view target);

}  // namespace presences::gateway
