#include "server/base/redact.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace presences {
namespace {

// What a token or a key consists of: base64 of both alphabets, dots and %-escapes.
bool IsTokenChar(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.' ||
         c == '+' || c == '/' || c == '=' || c == '%' || c == '~';
}

bool IsWordChar(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_'; }

std::size_t TokenSize(absl::string_view text) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), IsTokenChar) -
                                  text.begin());
}

// Up to whatever ends a parameter, a cookie or a quoted text.
std::size_t ValueSize(absl::string_view text) {
  return std::min(text.find_first_of("&;,\"' \t\r\n})]"), text.size());
}

// The `{"` that begins every JOSE header and every session, in base64.
constexpr absl::string_view kBase64Object = "eyJ";
constexpr absl::string_view kKeyPrefixes[] = {"standard_", "dynamic_"};
constexpr absl::string_view kSchemes[] = {"Bearer ", "bearer ", "Basic "};
constexpr std::size_t kShortestToken = 8;  // after a scheme; shorter ones are words
// Names whose values are secrets, as `name=value` or `"name":"value"`; headers as `name: value`
// too.
constexpr absl::string_view kNames[] = {"jwt", "secret", "password", "api_key", "a_session_"};
constexpr absl::string_view kHeaders[] = {"x-appwrite-key",     "x-appwrite-jwt",
                                          "x-appwrite-session", "x-fallback-cookies",
                                          "authorization",      "cookie"};

// The one of `known` that begins `text`; empty: none.
template <std::size_t kSize>
absl::string_view Begins(absl::string_view text, const absl::string_view (&known)[kSize]) {
  for (const absl::string_view each : known) {
    if (absl::StartsWith(text, each)) return each;
  }
  return {};
}

// How much of what begins a word is to be shown before a secret, and how long that is.
struct Secret {
  std::size_t shown = 0;
  std::size_t hidden = 0;
};

Secret NamedSecret(absl::string_view rest) {
  const std::string lower = absl::AsciiStrToLower(rest.substr(0, 100));
  const bool is_header = !Begins(lower, kHeaders).empty();
  if (!is_header && Begins(lower, kNames).empty()) return {};
  std::size_t name = 0;
  while (name < rest.size() && (IsWordChar(rest[name]) || rest[name] == '-')) ++name;
  std::size_t start = name;
  while (start < rest.size() && absl::StrContains("\":= ", rest.substr(start, 1))) ++start;
  const absl::string_view between = rest.substr(name, start - name);
  const bool is_json = absl::StartsWith(between, "\"") && absl::StrContains(between, ':');
  if (between != "=" && !is_json && !(is_header && absl::StartsWith(between, ":"))) return {};
  start += Begins(rest.substr(start), kSchemes).size();
  return {start, ValueSize(rest.substr(start))};
}

Secret SecretAt(absl::string_view rest) {
  if (absl::StartsWith(rest, kBase64Object)) return {0, TokenSize(rest)};
  if (const std::size_t prefix = Begins(rest, kKeyPrefixes).size()) {
    return {prefix, TokenSize(rest.substr(prefix))};
  }
  if (const std::size_t scheme = Begins(rest, kSchemes).size()) {
    const std::size_t size = TokenSize(rest.substr(scheme));
    return size >= kShortestToken ? Secret{scheme, size} : Secret{};
  }
  return NamedSecret(rest);
}

}  // namespace

std::string Redact(absl::string_view text) {
  std::string out;
  bool in_word = false;
  while (!text.empty()) {
    const Secret secret = in_word ? Secret{} : SecretAt(text);
    if (secret.hidden > 0) {
      out.append(text.data(), secret.shown);
      out += kRedactedText;
      text.remove_prefix(secret.shown + secret.hidden);
      in_word = false;
      continue;
    }
    in_word = IsWordChar(text[0]);
    out += text[0];
    text.remove_prefix(1);
  }
  return out;
}

}  // namespace presences
