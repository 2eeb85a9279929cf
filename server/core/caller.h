// Caller: who is asking, as far as the rules of a record care.
//
// Threads: immutable once built; copies share the roles.
#pragma once

#include <string>

#include "server/core/presence.h"
#include "server/core/role.h"

namespace presences {

struct Caller {
  RoleSetPtr roles = GuestRoles();
  std::string user_id{};    // empty: a guest or an API key
  bool privileged = false;  // an API key: permission checks are off, userId must be named
  Source source = Source::kRest;

  bool is_user() const { return !user_id.empty(); }
};

}  // namespace presences
