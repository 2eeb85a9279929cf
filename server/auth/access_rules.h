// AccessRules: one configuration of all projects, made ready for look-ups.
//
// Threads: immutable; a reload makes a new one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/auth/authenticator.h"
#include "server/auth/jwt.h"

namespace presences::auth {

class AccessRules {
 public:
  // Credentials that `former`, if any, accepted and that are accepted still keep their standing.
  AccessRules(std::vector<ProjectAuth> projects, std::uint64_t epoch,
              const AccessRules* former = nullptr);

  // Revokes the standing of what `next` does not accept any more.
  void RevokeWhatIsGone(const AccessRules& next) const;

  std::uint64_t epoch() const { return epoch_; }
  const std::vector<ProjectAuth>& projects() const { return projects_; }
  const PrincipalPtr& Guest(std::uint32_t project) const { return rules_[project].guest; }

  // `sha256`: 32 raw bytes. Refusals as Authenticator::Authenticate.
  absl::StatusOr<PrincipalPtr> CheckKey(std::uint32_t project, const std::string& sha256,
                                        TimePoint now) const;
  absl::StatusOr<PrincipalPtr> CheckToken(std::uint32_t project, absl::string_view token,
                                          TimePoint now) const;
  // USER_JWT_INVALID also when `session` is no session value, or states another user than its
  // token.
  absl::StatusOr<PrincipalPtr> CheckSession(std::uint32_t project, absl::string_view session,
                                            TimePoint now) const;

 private:
  struct Rules {
    PrincipalPtr guest;
    // By the SHA-256 of the key. The look-up may take longer for some digests than for others:
    // nobody can steer the digest of a guess, so its timing says nothing about a key.
    absl::flat_hash_map<std::string, PrincipalPtr> keys;
  };

  bool IsKeyElsewhere(std::uint32_t project, const std::string& sha256) const;
  StandingPtr StandingOf(std::uint32_t project, const std::string& print) const;
  // Begins with the former standing of the print, or a new one.
  const StandingPtr& AddStanding(std::uint32_t project, std::string print, Reason refusal,
                                 const AccessRules* former);
  // A verified token's claims, and the verifier that accepted it.
  struct Accepted {
    TokenClaims claims;
    const TokenVerifier* verifier;
  };
  absl::StatusOr<Accepted> Verify(const ProjectAuth& project, absl::string_view token,
                                  TimePoint now) const;

  const std::uint64_t epoch_;
  const std::vector<ProjectAuth> projects_;
  std::vector<Rules> rules_;  // parallel to projects_
  // By project and what is accepted: keys of tokens, API keys with all that they allow, guests.
  absl::flat_hash_map<std::pair<std::uint32_t, std::string>, StandingPtr> standings_;
};

}  // namespace presences::auth
