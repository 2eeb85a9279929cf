// Refusals as JSON: the one error body of HTTP, {message, code, type, version} (contract 1.5).
//
// Threads: any (pure functions).
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace google::rpc {
class Status;
}
namespace presences::transcode {
class JsonWriter;
}

namespace presences::wire {

// What `version` says: this build's.
absl::string_view ServerVersion();

// Appends the body. REQUIRES: not OK. A status without a reason is a bug of ours: its text stays
// inside.
void AppendErrorJson(const absl::Status& status, std::string* out);

// The same for an error inside a response; a JsonWriter::StatusFormat.
void WriteError(const google::rpc::Status& status, transcode::JsonWriter& out);

// How long the caller should wait before it tries again, if the refusal says so.
std::optional<std::chrono::milliseconds> RetryDelay(const absl::Status& status);

}  // namespace presences::wire
