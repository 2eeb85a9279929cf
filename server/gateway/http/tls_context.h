// TLS contexts of the HTTP listener.
//
// Threads: any.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace presences::gateway::http {

struct TlsFiles {
  std::string cert_file;       // PEM: certificate, then its chain; empty: plain text
  std::string key_file;        // PEM
  std::string client_ca_file;  // PEM; empty: clients show no certificate
};

// TLS 1.2 and newer, HTTP/1.1 only. FAILED_PRECONDITION says which file is unusable, and why.
absl::StatusOr<std::shared_ptr<boost::asio::ssl::context>> MakeTlsContext(const TlsFiles& files);

}  // namespace presences::gateway::http
