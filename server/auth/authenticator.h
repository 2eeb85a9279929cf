// Authenticator: credentials in, Principal or refusal out (design 3.3).
//
// Verified tokens and keys are remembered until they expire, because an ES256 or EdDSA check costs
// as much as the rest of the call.
//
// Threads: any. A reload swaps the whole configuration and forgets what was remembered.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/auth/api_key.h"
#include "server/auth/principal.h"
#include "server/auth/token_verifier.h"
#include "server/base/clock.h"

namespace presences::auth {

// What a transport found. Empty strings count as absent.
struct Credentials {
  std::optional<std::string> project = {};
  std::optional<std::string> api_key = {};
  std::optional<std::string> token = {};    // JWT
  std::optional<std::string> session = {};  // JWT, bare or as base64 JSON {"id","secret": <jwt>}
};

// One project's rules of access, as configured.
struct ProjectAuth {
  std::string project_id;
  bool guest_access = true;
  std::vector<ApiKey> api_keys;
  std::vector<std::shared_ptr<const TokenVerifier>> tokens;
};

class Authenticator {
 public:
  explicit Authenticator(std::vector<ProjectAuth> projects);
  ~Authenticator();

  // PROJECT_NOT_FOUND (unknown, or none named with several configured);
  // GENERAL_UNAUTHORIZED_SCOPE as UNAUTHENTICATED (unknown key), PROJECT_KEY_EXPIRED,
  // USER_JWT_INVALID, USER_JWT_AND_COOKIE_SET. Nothing shown, or an invalid session: a guest.
  // The key wins over user credentials.
  absl::StatusOr<PrincipalPtr> Authenticate(const Credentials& credentials, TimePoint now) const;

  // As Authenticate, but only the session value and strictly: USER_JWT_INVALID when it is bad
  // (the socket's `authentication` frame).
  absl::StatusOr<PrincipalPtr> AuthenticateSession(const std::string& project_id,
                                                   const std::string& session, TimePoint now) const;

  // Replaces keys and tokens, and revokes the standing of what is accepted no more. REQUIRES: the
  // same project ids in the same order.
  void Reload(std::vector<ProjectAuth> projects);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace presences::auth
