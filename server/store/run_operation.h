// RunOperation: finds the records that a mutation is about, and stages its outcome.
//
// The mutations of core decide; this adds what only the store knows: which record is meant, and
// whether the project has room.
//
// Threads: one at a time (the committing thread).
#pragma once

#include "absl/status/statusor.h"
#include "server/core/caller.h"
#include "server/core/presence.h"
#include "server/store/staged_project.h"
#include "server/store/write.h"

namespace presences::store {

// Answers the new record, or null for a delete or an expiry. Refusals are those of mutation.h, and
// GENERAL_RESOURCE_LIMIT_EXCEEDED for a creation beyond max_presences.
absl::StatusOr<PresencePtr> RunOperation(StagedProject& project, const Caller& caller,
                                         const Operation& operation);

}  // namespace presences::store
