#include "server/service/origin_policy.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "server/base/ip_range.h"

namespace presences::service {
namespace {

// host:port without the port; an IPv6 address keeps its brackets.
absl::string_view WithoutPort(absl::string_view authority) {
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.rfind(':');
  if (colon == absl::string_view::npos) return authority;
  if (bracket != absl::string_view::npos && colon < bracket) return authority;
  return authority.substr(0, colon);
}

// scheme://host:port without the scheme; an opaque origin ("null") is empty.
absl::string_view AuthorityOf(absl::string_view origin) {
  const std::size_t scheme = origin.find("://");
  return scheme == absl::string_view::npos ? "" : origin.substr(scheme + 3);
}

bool IsLoopbackName(absl::string_view host) {
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

// No DNS record of a stranger can make a browser believe that such a host is this server.
bool IsUnspoofable(absl::string_view host) {
  if (host == "localhost") return true;
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  return !absl::StrContains(host, '/') && IpRange::Parse(host).has_value();
}

bool Matches(absl::string_view pattern, absl::string_view host) {
  if (pattern == "*" || pattern == host) return true;
  if (pattern == "localhost") return IsLoopbackName(host);
  if (!absl::ConsumePrefix(&pattern, "*")) return false;
  return host.size() > pattern.size() && absl::EndsWith(host, pattern);
}

bool Lists(const OriginPolicy::Project& project, absl::string_view host) {
  return std::any_of(project.origins.begin(), project.origins.end(),
                     [host](const std::string& pattern) { return Matches(pattern, host); });
}

}  // namespace

OriginPolicy::OriginPolicy(std::vector<Project> projects)
    : projects_(std::make_shared<const Projects>(std::move(projects))) {}

std::shared_ptr<const OriginPolicy::Projects> OriginPolicy::Current() const {
  MutexLock lock(mutex_);
  return projects_;
}

bool OriginPolicy::Allows(absl::string_view project, absl::string_view origin,
                          absl::string_view host) const {
  const std::string lowered = absl::AsciiStrToLower(origin);
  const absl::string_view authority = AuthorityOf(lowered);
  const absl::string_view name = WithoutPort(authority);
  if (!authority.empty() && absl::EqualsIgnoreCase(authority, host) && IsUnspoofable(name)) {
    return true;
  }
  const std::shared_ptr<const Projects> projects = Current();
  const auto named = std::find_if(projects->begin(), projects->end(),
                                  [project](const Project& each) { return each.id == project; });
  if (named != projects->end()) return Lists(*named, name);
  return std::any_of(projects->begin(), projects->end(),
                     [name](const Project& each) { return Lists(each, name); });
}

void OriginPolicy::Reload(std::vector<Project> projects) {
  auto next = std::make_shared<const Projects>(std::move(projects));
  MutexLock lock(mutex_);
  projects_.swap(next);
}

}  // namespace presences::service
