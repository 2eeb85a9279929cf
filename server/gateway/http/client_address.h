// ClientAddress: who the client is behind the proxies that the operator trusts.
//
// Threads: immutable.
#pragma once

#include <string>
#include <vector>

#include "server/base/ip_range.h"
#include "server/gateway/http/http_request.h"

namespace presences::gateway::http {

class ClientAddress {
 public:
  explicit ClientAddress(std::vector<IpRange> trusted_proxies)
      : trusted_(std::move(trusted_proxies)) {}

  // The peer, or, if that is a trusted proxy, the last address in X-Forwarded-For that is none.
  std::string Of(const HttpRequest& request, const Peer& peer) const;
  // True when the client came over HTTPS, to us or to a trusted proxy (X-Forwarded-Proto).
  bool IsSecure(const HttpRequest& request, const Peer& peer) const;

 private:
  bool IsTrusted(absl::string_view address) const;

  const std::vector<IpRange> trusted_;
};

}  // namespace presences::gateway::http
