#include "server/service/access.h"

#include "absl/strings/str_cat.h"
#include "server/base/reason.h"

namespace presences::service {
namespace {

absl::Status MissingScope(absl::string_view scope) {
  return MakeError(Reason::kGeneralUnauthorizedScope,
                   absl::StrCat("the API key lacks the scope ", scope,
                                "; add it to the key's scopes or use another key"),
                   {{"scope", scope}});
}

}  // namespace

absl::Status RequireRead(const auth::Principal& principal) {
  if (principal.can_read) return absl::OkStatus();
  if (principal.kind == auth::Principal::Kind::kKey) return MissingScope("presences.read");
  return MakeError(Reason::kUserUnauthenticated,
                   "guests may not read in this project; send a user token or an API key");
}

absl::Status RequireWrite(const auth::Principal& principal) {
  if (principal.kind == auth::Principal::Kind::kGuest) {
    return MakeError(Reason::kUserUnauthenticated,
                     "guests may not write; send a user token or an API key");
  }
  return principal.can_write ? absl::OkStatus() : MissingScope("presences.write");
}

}  // namespace presences::service
