// What a refusal says beyond its code and text.
//
// A status from this library carries the google.rpc details that the server sent as payloads under
// their type URLs, so anything not read here can be read by the application.
//
// Threads: any (pure functions).
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace presences::client {

// ErrorInfo.reason, e.g. PRESENCE_NOT_FOUND. Empty: the error does not come from the server, but
// from the way to it.
std::string ReasonOf(const absl::Status& status);

// ErrorInfo.metadata[key], e.g. the `field` of GENERAL_ARGUMENT_INVALID; empty when absent.
std::string DetailOf(const absl::Status& status, absl::string_view key);

// RetryInfo.retry_delay, if the server asks for one.
std::optional<std::chrono::milliseconds> RetryDelayOf(const absl::Status& status);

}  // namespace presences::client
