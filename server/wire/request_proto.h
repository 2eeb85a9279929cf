// Requests from protobuf: fields move over, absent and empty kept apart.
//
// Threads: any (pure functions).
#pragma once

#include "absl/status/statusor.h"
#include "server/core/validate.h"

namespace presences::v1 {
class UpsertPresenceRequest;
class UpdatePresenceRequest;
class DeletePresenceRequest;
}  // namespace presences::v1

namespace presences::wire {

// GENERAL_ARGUMENT_INVALID for a timestamp outside years 1-9999.
absl::StatusOr<RawWrite> FromProto(const v1::UpsertPresenceRequest& request);
absl::StatusOr<RawWrite> FromProto(const v1::UpdatePresenceRequest& request);
RawWrite FromProto(const v1::DeletePresenceRequest& request);

}  // namespace presences::wire
