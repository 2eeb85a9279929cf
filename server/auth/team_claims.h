// Team claims: the memberships and labels that a token states.
//
// Threads: any (pure functions).
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "server/auth/json_object.h"
#include "server/core/role.h"

namespace presences::auth {

// `teams`: a list of ids, or of {"id","membership","roles"}, or a mixture. Absent: none.
absl::Status ReadTeams(const JsonObject& payload, std::vector<TeamMembership>& teams);
// `labels`: a list of 1-36 letters and digits each. Absent: none.
absl::Status ReadLabels(const JsonObject& payload, std::vector<std::string>& labels);

}  // namespace presences::auth
