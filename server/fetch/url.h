// Url: the parts of an http or https URL that a request needs.
//
// Threads: immutable.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace presences::fetch {

struct Url {
  bool tls = false;
  std::string host;          // without brackets
  std::string port;          // digits
  std::string target = "/";  // path and query
};

// INVALID_ARGUMENT: another scheme, no host, a user name, or a bad port.
absl::StatusOr<Url> ParseUrl(absl::string_view text);

// What stands in a Host header.
std::string HostHeader(const Url& url);

}  // namespace presences::fetch
