// One line of an export as the upsert that brings the presence back.
//
// Threads: any (pure functions).
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "client/presence.h"

namespace presences::cli {

// Takes $id, userId, status, metadata, expiresAt and $permissions; passes over the other fields of
// a record, which the server makes. INVALID_ARGUMENT names the field that cannot be read.
absl::StatusOr<client::PresenceUpsert> ParseImportLine(absl::string_view line);

}  // namespace presences::cli
