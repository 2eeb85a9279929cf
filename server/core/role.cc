#include "server/core/role.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace presences {
namespace {

constexpr std::uint64_t kFnvPrime = 0x100000001b3u;

std::uint64_t FingerprintOf(const std::vector<std::string>& roles) {
  std::uint64_t hash = StableHash("roles");
  // No role contains a line break, so {"a", "b"} and {"ab"} differ.
  for (const std::string& role : roles) hash = StableHash("\n", StableHash(role, hash));
  return hash;
}

}  // namespace

RoleSet::RoleSet(std::vector<std::string> roles) : roles_(std::move(roles)) {
  std::sort(roles_.begin(), roles_.end());
  roles_.erase(std::unique(roles_.begin(), roles_.end()), roles_.end());
  fingerprint_ = FingerprintOf(roles_);
}

bool RoleSet::Holds(absl::string_view role) const {
  const auto less = [](const std::string& a, absl::string_view b) {
    return absl::string_view(a) < b;
  };
  const auto it = std::lower_bound(roles_.begin(), roles_.end(), role, less);
  return it != roles_.end() && *it == role;
}

RoleSetPtr GuestRoles() {
  static const RoleSetPtr* const roles =
      new RoleSetPtr(std::make_shared<RoleSet>(std::vector<std::string>{"any", "guests"}));
  return *roles;
}

RoleSetPtr KeyRoles() {
  static const RoleSetPtr* const roles =
      new RoleSetPtr(std::make_shared<RoleSet>(std::vector<std::string>{"any", "keys"}));
  return *roles;
}

RoleSetPtr UserRoles(const UserFacts& facts) {
  const absl::string_view dimension = facts.verified ? "/verified" : "/unverified";
  const std::string user = absl::StrCat("user:", facts.user_id);
  std::vector<std::string> roles = {"any", "users", absl::StrCat("users", dimension), user,
                                    absl::StrCat(user, dimension)};
  for (const TeamMembership& team : facts.teams) {
    roles.push_back(absl::StrCat("team:", team.team));
    if (!team.membership.empty()) roles.push_back(absl::StrCat("member:", team.membership));
    for (const std::string& role : team.roles) {
      roles.push_back(absl::StrCat("team:", team.team, "/", role));
    }
  }
  for (const std::string& label : facts.labels) roles.push_back(absl::StrCat("label:", label));
  return std::make_shared<RoleSet>(std::move(roles));
}

std::uint64_t StableHash(absl::string_view bytes, std::uint64_t seed) {
  std::uint64_t hash = seed;
  for (const char c : bytes) {
    hash ^= static_cast<unsigned char>(c);
    hash *= kFnvPrime;
  }
  return hash;
}

}  // namespace presences
