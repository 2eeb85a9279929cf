#include "server/fetch/url.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace presences::fetch {
namespace {

absl::Status Bad(absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("not a URL that can be fetched: ", why));
}

bool IsPort(absl::string_view text) {
  int port = 0;
  return absl::SimpleAtoi(text, &port) && port > 0 && port < 65536 && absl::ascii_isdigit(text[0]);
}

bool IsPrintable(absl::string_view text) {
  for (const char c : text) {
    if (!absl::ascii_isgraph(static_cast<unsigned char>(c))) return false;
  }
  return true;
}

// Takes the host off `rest`; what stays begins with ':' or is empty.
absl::string_view TakeHost(absl::string_view& rest) {
  if (absl::ConsumePrefix(&rest, "[")) {
    const std::size_t end = rest.find(']');
    if (end == absl::string_view::npos) return "";
    const absl::string_view host = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    return host;
  }
  const absl::string_view host = rest.substr(0, rest.find(':'));
  rest.remove_prefix(host.size());
  return host;
}

}  // namespace

absl::StatusOr<Url> ParseUrl(absl::string_view text) {
  Url url;
  url.tls = absl::StartsWithIgnoreCase(text, "https://");
  if (!url.tls && !absl::StartsWithIgnoreCase(text, "http://"))
    return Bad("no https:// or http://");
  if (!IsPrintable(text)) return Bad("a character that must be percent-encoded");
  text.remove_prefix(url.tls ? 8 : 7);
  text = text.substr(0, text.find('#'));
  absl::string_view authority = text.substr(0, text.find_first_of("/?"));
  text.remove_prefix(authority.size());
  if (absl::StrContains(authority, '@')) return Bad("it has a user name");
  url.host = std::string(TakeHost(authority));
  if (url.host.empty()) return Bad("no host");
  url.port = url.tls ? "443" : "80";
  if (!authority.empty()) {
    if (!absl::ConsumePrefix(&authority, ":") || !IsPort(authority)) return Bad("a bad port");
    url.port = std::string(authority);
  }
  if (!text.empty()) url.target = absl::StrCat(text[0] == '?' ? "/" : "", text);
  return url;
}

std::string HostHeader(const Url& url) {
  const bool is_ipv6 = absl::StrContains(url.host, ':');
  const std::string host = is_ipv6 ? absl::StrCat("[", url.host, "]") : url.host;
  const bool is_usual = url.port == (url.tls ? "443" : "80");
  return is_usual ? host : absl::StrCat(host, ":", url.port);
}

}  // namespace presences::fetch
