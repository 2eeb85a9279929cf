#include "server/auth/access_rules.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "server/auth/session_value.h"
#include "server/base/reason.h"
#include "server/core/time_format.h"

namespace presences::auth {
namespace {

constexpr char kGuestPrint[] = "guest";

// Another scope or expiry makes another key of it.
std::string PrintOf(const ApiKey& key) {
  return absl::StrCat(key.sha256, key.can_read ? "r" : "", key.can_write ? "w" : "",
                      key.expires_at ? FormatTime(*key.expires_at) : "");
}

PrincipalPtr MakeGuest(std::uint32_t project, bool may_read, StandingPtr standing) {
  auto guest = std::make_shared<Principal>();
  guest->project = project;
  guest->can_read = may_read;
  guest->can_write = false;
  guest->standing = std::move(standing);
  return guest;
}

PrincipalPtr MakeKeyPrincipal(std::uint32_t project, const ApiKey& key, StandingPtr standing) {
  auto principal = std::make_shared<Principal>();
  principal->project = project;
  principal->kind = Principal::Kind::kKey;
  principal->credential_id = key.id;
  principal->caller.roles = KeyRoles();
  principal->caller.privileged = true;
  principal->can_read = key.can_read;
  principal->can_write = key.can_write;
  principal->expires_at = key.expires_at;
  principal->standing = std::move(standing);
  return principal;
}

PrincipalPtr MakeUser(std::uint32_t project, const std::string& token_id, TokenClaims claims,
                      StandingPtr standing) {
  auto principal = std::make_shared<Principal>();
  principal->project = project;
  principal->kind = Principal::Kind::kUser;
  principal->credential_id = token_id;
  principal->name = std::move(claims.name);
  principal->caller.roles = UserRoles(claims.user);
  principal->caller.user_id = std::move(claims.user.user_id);
  principal->verified = claims.user.verified;
  principal->expires_at = claims.expires_at + kClockSkew;
  principal->standing = std::move(standing);
  return principal;
}

}  // namespace

AccessRules::AccessRules(std::vector<ProjectAuth> projects, std::uint64_t epoch,
                         const AccessRules* former)
    : epoch_(epoch), projects_(std::move(projects)), rules_(projects_.size()) {
  for (std::uint32_t index = 0; index < projects_.size(); ++index) {
    const ProjectAuth& project = projects_[index];
    // Guests that may read nothing have nothing to lose.
    StandingPtr guests;
    if (project.guest_access) {
      guests = AddStanding(index, kGuestPrint, Reason::kUserUnauthenticated, former);
    }
    rules_[index].guest = MakeGuest(index, project.guest_access, std::move(guests));
    for (const ApiKey& key : project.api_keys) {
      const StandingPtr& standing =
          AddStanding(index, PrintOf(key), Reason::kUserUnauthenticated, former);
      rules_[index].keys.emplace(key.sha256, MakeKeyPrincipal(index, key, standing));
    }
    for (const auto& verifier : project.tokens) {
      for (const std::string& print : verifier->KeyPrints()) {
        AddStanding(index, print, Reason::kUserJwtInvalid, former);
      }
    }
  }
}

const StandingPtr& AccessRules::AddStanding(std::uint32_t project, std::string print,
                                            Reason refusal, const AccessRules* former) {
  StandingPtr standing = former == nullptr ? nullptr : former->StandingOf(project, print);
  if (standing == nullptr) standing = std::make_shared<Standing>(refusal);
  return standings_.try_emplace({project, std::move(print)}, std::move(standing)).first->second;
}

StandingPtr AccessRules::StandingOf(std::uint32_t project, const std::string& print) const {
  const auto found = standings_.find(std::make_pair(project, print));
  return found == standings_.end() ? nullptr : found->second;
}

void AccessRules::RevokeWhatIsGone(const AccessRules& next) const {
  for (const auto& [key, standing] : standings_) {
    if (!next.standings_.contains(key)) standing->Revoke();
  }
}

absl::StatusOr<PrincipalPtr> AccessRules::CheckKey(std::uint32_t project, const std::string& sha256,
                                                   TimePoint now) const {
  const auto found = rules_[project].keys.find(sha256);
  const std::string& id = projects_[project].project_id;
  if (found == rules_[project].keys.end()) {
    return MakeError(Reason::kUserUnauthenticated,
                     IsKeyElsewhere(project, sha256)
                         ? absl::StrCat("API key: it belongs to another project; send a key of '",
                                        id, "', or name the key's project")
                         : absl::StrCat("API key: it is not a key of project '", id,
                                        "'; check that it is sent whole, or configure its SHA-256 "
                                        "under api_keys"));
  }
  const PrincipalPtr& principal = found->second;
  if (principal->expires_at && now >= *principal->expires_at) {
    return MakeError(Reason::kProjectKeyExpired,
                     absl::StrCat("API key: '", principal->credential_id, "' expired at ",
                                  FormatTime(*principal->expires_at), "; send a newer key"),
                     {{"key", principal->credential_id}});
  }
  return principal;
}

bool AccessRules::IsKeyElsewhere(std::uint32_t project, const std::string& sha256) const {
  for (std::uint32_t index = 0; index < rules_.size(); ++index) {
    if (index != project && rules_[index].keys.contains(sha256)) return true;
  }
  return false;
}

absl::StatusOr<AccessRules::Accepted> AccessRules::Verify(const ProjectAuth& project,
                                                          absl::string_view token,
                                                          TimePoint now) const {
  const absl::StatusOr<Jwt> jwt = ParseJwt(token);
  if (!jwt.ok()) return jwt.status();
  for (const auto& verifier : project.tokens) {
    if (verifier->config().id != jwt->key_id) continue;
    absl::StatusOr<TokenClaims> claims = verifier->Verify(token, now);
    if (!claims.ok()) return claims.status();
    return Accepted{*std::move(claims), verifier.get()};
  }
  std::vector<std::string> refusals;
  absl::Status refusal =
      TokenError(absl::StrCat("project '", project.project_id,
                              "' accepts none; configure who may vouch for users under tokens"));
  for (const auto& verifier : project.tokens) {
    absl::StatusOr<TokenClaims> claims = verifier->Verify(token, now);
    if (claims.ok()) return Accepted{*std::move(claims), verifier.get()};
    refusal = claims.status();
    absl::string_view why = refusal.message();
    absl::ConsumePrefix(&why, "user token: ");
    refusals.push_back(absl::StrCat("'", verifier->config().id, "': ", why));
  }
  if (refusals.size() < 2) return refusal;
  return TokenError(
      absl::StrCat("no configured issuer accepts it (", absl::StrJoin(refusals, " | "), ")"));
}

absl::StatusOr<PrincipalPtr> AccessRules::CheckToken(std::uint32_t project, absl::string_view token,
                                                     TimePoint now) const {
  absl::StatusOr<Accepted> accepted = Verify(projects_[project], token, now);
  if (!accepted.ok()) return accepted.status();
  TokenClaims& claims = accepted->claims;
  if (!claims.project.empty() && claims.project != projects_[project].project_id) {
    return TokenError(absl::StrCat("claim project names another project than '",
                                   projects_[project].project_id, "'; mint one for this project"));
  }
  StandingPtr standing = StandingOf(project, claims.key_print);
  return MakeUser(project, accepted->verifier->config().id, std::move(claims), std::move(standing));
}

absl::StatusOr<PrincipalPtr> AccessRules::CheckSession(std::uint32_t project,
                                                       absl::string_view session,
                                                       TimePoint now) const {
  const std::optional<SessionValue> value = ParseSessionValue(session);
  if (!value) {
    return MakeError(Reason::kUserJwtInvalid,
                     "session: it must be a user token, or base64 of {\"id\",\"secret\"} with the "
                     "token as secret");
  }
  absl::StatusOr<PrincipalPtr> principal = CheckToken(project, value->token, now);
  if (!principal.ok()) return principal;
  if (!value->user_id.empty() && value->user_id != (*principal)->caller.user_id) {
    return MakeError(Reason::kUserJwtInvalid,
                     "session: its id and its token name different users; sign in again");
  }
  return principal;
}

}  // namespace presences::auth
