// Permissions: the grammar `action("role")`, its normal form, and what a right gives.
//
// The grammar is contract 3.1, parsed strictly. The normal form is contract 3.2: `write` becomes
// `update` and `delete`, duplicates go, bytes sort. Rights are design section 2: the owner and
// privileged callers always have every right; others need the named role.
//
// Threads: any (pure functions).
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/core/caller.h"
#include "server/core/presence.h"

namespace presences {

inline constexpr std::size_t kMaxPermissions = 100;  // contract 3.1: before expansion
inline constexpr std::size_t kMaxTeamRoleSize = 81;  // contract 3.1
// The longest normalised entry: update("team:ID/ROLE").
inline constexpr std::size_t kMaxPermissionSize = 6 + 4 + 5 + 36 + 1 + kMaxTeamRoleSize;

enum class Action { kRead, kUpdate, kDelete };

// Parses and normalises. GENERAL_ARGUMENT_INVALID names the entry ("permissions[3]"), the rule
// and the fix.
absl::StatusOr<std::vector<std::string>> NormalizePermissions(
    absl::Span<const std::string> permissions);

// USER_UNAUTHORIZED when a caller that is not privileged names a role it does not hold
// (contract 3.3). `permissions` are normalised.
absl::Status CheckMayGrant(const Caller& caller, absl::Span<const std::string> permissions);

// True when `caller` may do `action` to `record`: privileged, owner, or holder of a named role.
bool Allows(const Presence& record, const Caller& caller, Action action);
inline bool MayRead(const Presence& record, const Caller& caller) {
  return Allows(record, caller, Action::kRead);
}

}  // namespace presences
