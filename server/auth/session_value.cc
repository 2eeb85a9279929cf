#include "server/auth/session_value.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "server/auth/json_object.h"
#include "server/auth/jwt.h"

namespace presences::auth {

std::optional<SessionValue> ParseSessionValue(absl::string_view session) {
  // A token has dots, base64 has none.
  if (absl::StrContains(session, '.')) return SessionValue{std::string(session), ""};
  if (session.size() > 2 * kMaxTokenSize) return std::nullopt;
  std::string text;
  if (!absl::Base64Unescape(session, &text) && !absl::WebSafeBase64Unescape(session, &text)) {
    return std::nullopt;
  }
  const absl::StatusOr<JsonObject> object = JsonObject::Parse(text);
  if (!object.ok()) return std::nullopt;
  const auto secret = object->Find("secret");
  const auto id = object->Find("id");
  std::optional<std::string> token = secret ? AsString(*secret) : std::nullopt;
  std::optional<std::string> user_id = id ? AsString(*id) : std::string();
  if (!token || !user_id) return std::nullopt;
  return SessionValue{*std::move(token), *std::move(user_id)};
}

}  // namespace presences::auth
