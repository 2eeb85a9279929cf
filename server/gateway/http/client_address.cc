#include "server/gateway/http/client_address.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace presences::gateway::http {
namespace {

// 1.2.3.4:5678 and [::1]:5678 without port and brackets.
absl::string_view WithoutPort(absl::string_view address) {
  if (absl::StartsWith(address, "[")) return address.substr(1, address.find(']') - 1);
  if (std::count(address.begin(), address.end(), ':') == 1) {
    return address.substr(0, address.find(':'));
  }
  return address;
}

}  // namespace

bool ClientAddress::IsTrusted(absl::string_view address) const {
  return std::any_of(trusted_.begin(), trusted_.end(),
                     [address](const IpRange& range) { return range.Contains(address); });
}

std::string ClientAddress::Of(const HttpRequest& request, const Peer& peer) const {
  if (trusted_.empty() || !IsTrusted(peer.address)) return peer.address;
  const std::string forwarded = request.FindAll("x-forwarded-for");
  std::vector<absl::string_view> hops = absl::StrSplit(forwarded, ',', absl::SkipWhitespace());
  std::string client = peer.address;
  // From the right: each trusted proxy vouches for the entry that it appended.
  for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
    const absl::string_view address = WithoutPort(absl::StripAsciiWhitespace(*hop));
    if (!IpRange::Parse(address) || absl::StrContains(address, '/')) break;
    client = std::string(address);
    if (!IsTrusted(address)) break;
  }
  return client;
}

bool ClientAddress::IsSecure(const HttpRequest& request, const Peer& peer) const {
  if (peer.tls) return true;
  if (trusted_.empty() || !IsTrusted(peer.address)) return false;
  return absl::EqualsIgnoreCase(request.Find("x-forwarded-proto"), "https");
}

}  // namespace presences::gateway::http
