// RoleSet: the roles that a caller holds, e.g. {any, users, user:U, team:T, team:T/owner}.
//
// Built once per credential (contract 2.4) and shared; checks are look-ups.
//
// Threads: immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace presences {

class RoleSet {
 public:
  // Sorts and removes duplicates.
  explicit RoleSet(std::vector<std::string> roles);

  bool Holds(absl::string_view role) const;
  const std::vector<std::string>& roles() const { return roles_; }
  // Equal sets have equal fingerprints, on every machine and in every version (FNV-1a 64).
  std::uint64_t fingerprint() const { return fingerprint_; }

 private:
  std::vector<std::string> roles_;
  std::uint64_t fingerprint_;
};

using RoleSetPtr = std::shared_ptr<const RoleSet>;

// Membership of one team, as a user token states it.
struct TeamMembership {
  std::string team;
  std::string membership{};          // empty: not known
  std::vector<std::string> roles{};  // roles inside the team
};

// Who a user is, as a token states it; every id satisfies the UID rule.
struct UserFacts {
  std::string user_id;
  bool verified = false;
  std::vector<TeamMembership> teams{};
  std::vector<std::string> labels{};
};

RoleSetPtr GuestRoles();                       // any, guests
RoleSetPtr KeyRoles();                         // any, keys
RoleSetPtr UserRoles(const UserFacts& facts);  // contract 2.4

// FNV-1a over `bytes`, continuing from `seed`; stable across machines and versions.
std::uint64_t StableHash(absl::string_view bytes, std::uint64_t seed = 0xcbf29ce484222325u);

}  // namespace presences
