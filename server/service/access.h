// Access: whether a credential may use a surface at all, before any record is looked at.
//
// Threads: any (pure functions).
#pragma once

#include "absl/status/status.h"
#include "server/auth/principal.h"

namespace presences::service {

// GENERAL_UNAUTHORIZED_SCOPE: PERMISSION_DENIED for a key without the scope, UNAUTHENTICATED for
// a guest that the project does not let in (reads) or that writes.
absl::Status RequireRead(const auth::Principal& principal);
absl::Status RequireWrite(const auth::Principal& principal);

}  // namespace presences::service
