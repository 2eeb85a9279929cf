#include "server/gateway/http/credentials.h"

#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "proto/runtime/json_reader.h"
#include "proto/runtime/query_string.h"
#include "server/auth/session_value.h"

namespace presences::gateway::http {
namespace {

constexpr absl::string_view kBearer = "bearer ";

std::optional<std::string> Header(const HttpRequest& request, absl::string_view name) {
  const absl::string_view value = request.Find(name);
  if (value.empty()) return std::nullopt;
  return std::string(value);
}

std::string ProjectParameter(absl::string_view query) {
  if (!absl::StrContains(query, "project=")) return "";
  std::vector<transcode::Parameter> parameters;
  // A query that cannot be read is refused later, with the rest of the parameters.
  if (transcode::SplitQuery(query, &parameters)) return "";
  for (const transcode::Parameter& parameter : parameters) {
    if (parameter.name == "project" && !parameter.is_element) return parameter.value;
  }
  return "";
}

// The value if it can be read as a session.
std::optional<std::string> IfSession(std::string value) {
  if (value.empty() || !auth::ParseSessionValue(value)) return std::nullopt;
  return value;
}

std::optional<std::string> Cookie(absl::string_view cookies, absl::string_view name) {
  for (absl::string_view pair : absl::StrSplit(cookies, ';')) {
    pair = absl::StripAsciiWhitespace(pair);
    if (!absl::ConsumePrefix(&pair, name) || !absl::ConsumePrefix(&pair, "=")) continue;
    std::string value;
    // Base64 padding is often percent-encoded in cookies.
    if (!transcode::PercentDecode(pair, /*plus_is_space=*/false, &value)) continue;
    if (auto session = IfSession(std::move(value))) return session;
  }
  return std::nullopt;
}

// X-Fallback-Cookies: a JSON object of cookies; after a sign-out it is `[]`.
std::optional<std::string> FallbackCookie(absl::string_view json, absl::string_view name) {
  std::string found;
  const auto error = transcode::JsonReader::Read(json, [&](transcode::JsonReader& in) {
    return in.Object(
        [&](absl::string_view key) { return key == name ? in.String(&found) : in.Skip(); });
  });
  if (error.has_value()) return std::nullopt;
  return IfSession(std::move(found));
}

std::optional<std::string> SessionOf(const HttpRequest& request, absl::string_view project) {
  const std::string name = absl::StrCat("a_session_", project);
  const absl::string_view cookies = request.Find("cookie");
  if (absl::StrContains(cookies, name)) {
    if (auto session = Cookie(cookies, name)) return session;
    if (auto session = Cookie(cookies, absl::StrCat(name, "_legacy"))) return session;
  }
  if (auto session = IfSession(std::string(request.Find("x-appwrite-session")))) return session;
  const absl::string_view fallback = request.Find("x-fallback-cookies");
  if (!absl::StrContains(fallback, name)) return std::nullopt;
  return FallbackCookie(fallback, name);
}

std::optional<std::string> TokenOf(const HttpRequest& request) {
  if (auto token = Header(request, "x-appwrite-jwt")) return token;
  // Other schemes are between the browser and a proxy; they say nothing to us.
  const absl::string_view header = request.Find("authorization");
  if (!absl::StartsWithIgnoreCase(header, kBearer)) return std::nullopt;
  return std::string(absl::StripAsciiWhitespace(header.substr(kBearer.size())));
}

}  // namespace

std::string ProjectOf(const HttpRequest& request) {
  std::string header(request.Find("x-appwrite-project"));
  const bool reads = request.method() == "GET" || request.is_head();
  if (!reads && !header.empty()) return header;
  std::string parameter = ProjectParameter(request.query());
  return parameter.empty() ? header : parameter;
}

auth::Credentials CredentialsOf(const HttpRequest& request, absl::string_view project) {
  auth::Credentials credentials;
  if (!project.empty()) credentials.project = std::string(project);
  credentials.api_key = Header(request, "x-appwrite-key");
  if (credentials.api_key) return credentials;  // it wins over the others
  credentials.token = TokenOf(request);
  credentials.session = SessionOf(request, project);
  return credentials;
}

}  // namespace presences::gateway::http
