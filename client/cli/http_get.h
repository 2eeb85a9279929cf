// HttpGet: one small answer of an HTTP server, for what is not told over gRPC.
//
// Threads: any.
#pragma once

#include <chrono>
#include <string>

#include "absl/status/statusor.h"

namespace presences::cli {

struct HttpAnswer {
  int status = 0;
  std::string body = {};
};

// GET http://`address``path`, without TLS, as the metrics port serves it. `address` may begin with
// http://. Errors as Dial; UNKNOWN: the other end does not speak HTTP.
absl::StatusOr<HttpAnswer> HttpGet(const std::string& address, const std::string& path,
                                   std::chrono::milliseconds timeout);

}  // namespace presences::cli
