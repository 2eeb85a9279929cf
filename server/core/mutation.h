// Mutations: what a write does to a record, as pure functions.
//
// (current record?, caller, input, context) -> new record | refusal. Everything that changes a
// record goes through here: calls, batches, expiry. The committer supplies `current` (null when
// there is none or it has expired), the time and the revision, and logs what comes out.
//
// Threads: any (pure functions).
#pragma once

#include "absl/status/statusor.h"
#include "server/core/caller.h"
#include "server/core/presence.h"
#include "server/core/rules.h"
#include "server/core/validate.h"

namespace presences {

struct MutationContext {
  TimePoint now;
  Revision revision;  // that the resulting change will have
  const ProjectRules& rules;
};

// Creates or fully replaces. Refusals: GENERAL_BAD_REQUEST (a key that names no userId),
// GENERAL_UNAUTHORIZED_SCOPE (a user that names one; a guest: UNAUTHENTICATED),
// USER_UNAUTHORIZED (a role the caller lacks), PRESENCE_ALREADY_EXISTS (somebody else's record
// without read and update on it), PRESENCE_REVISION_MISMATCH.
// In a per_user project `current` is the live record of the target user and keeps its id; when it
// is null but `input.presence_id` is taken by another user's record, the caller of this function
// passes that record as `occupant` and the answer is PRESENCE_ALREADY_EXISTS.
absl::StatusOr<PresencePtr> Upsert(const Presence* current, const Presence* occupant,
                                   const Caller& caller, const UpsertInput& input,
                                   const MutationContext& context);

// As Upsert, for a connection that holds the record: it lasts 30 days unless released. Somebody
// else's record is always PRESENCE_ALREADY_EXISTS. Answers `current` itself, unchanged, when a
// joining connection brings what the held record says already: nobody need be told.
absl::StatusOr<PresencePtr> Hold(const PresencePtr& current, const Presence* occupant,
                                 const Caller& caller, const HoldInput& input,
                                 const MutationContext& context);

// Changes the present fields. PRESENCE_NOT_FOUND when absent or not readable, USER_UNAUTHORIZED
// without update. A key may name another userId: the owner changes, and permissions become the
// new owner's defaults unless given. In a per_user project a target user that already has a
// record (`target_user_record`) gives PRESENCE_ALREADY_EXISTS.
absl::StatusOr<PresencePtr> Update(const Presence* current, const Presence* target_user_record,
                                   const Caller& caller, const UpdateInput& input,
                                   const MutationContext& context);

// The record with its automatic expiry moved on, or null: it is not held, a write bounded it, or it
// was moved less than kExtendAfter ago. Times that the user made stay, $updatedAt too.
PresencePtr Extend(const Presence& current, const MutationContext& context);

// Ok when the record may go. PRESENCE_NOT_FOUND when absent or not readable; USER_UNAUTHORIZED
// without delete; PRESENCE_REVISION_MISMATCH.
absl::Status CheckDelete(const Presence* current, const Caller& caller, const DeleteInput& input);

// The user whose record an upsert writes: the caller, or the userId that a key names. Checks who
// may name one (refusals as for Upsert), so that a per_user committer can find the record first.
absl::StatusOr<std::string> TargetUser(const Caller& caller, const UpsertInput& input);

}  // namespace presences
