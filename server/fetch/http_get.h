// HttpGet: fetches one small document over HTTP/1.1, or HTTPS with the certificates that the
// system trusts (SSL_CERT_FILE and SSL_CERT_DIR name others).
//
// Redirects are not followed: an operator names the place, not whoever answers there.
//
// Threads: Get by one at a time; Cancel by any.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace presences::fetch {

class HttpGet {
 public:
  struct Limits {
    std::chrono::milliseconds timeout{10'000};  // from the name's resolution to the last byte
    std::size_t max_bytes = 256 * 1024;         // of the body
  };

  explicit HttpGet(Limits limits);
  ~HttpGet();

  // The body of an answer 200. INVALID_ARGUMENT: not such a URL; UNAVAILABLE: anything else, with
  // what went wrong; DEADLINE_EXCEEDED; CANCELLED.
  absl::StatusOr<std::string> Get(const std::string& url);
  // Has Get return soon, now and whenever it is called again.
  void Cancel();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace presences::fetch
