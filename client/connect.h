// Connect: a PresenceClient for a server somewhere.
//
// Threads: any.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "client/credentials.h"
#include "client/presence_client.h"
#include "client/retry_policy.h"

namespace presences::client {

struct ConnectOptions {
  // host:port, or a gRPC target such as dns:///presences:50051 (headless service, all replicas).
  // https://host:port switches TLS on.
  std::string endpoint = "127.0.0.1:50051";
  std::string project = {};
  std::string api_key = {};
  std::string token = {};
  // Replaces the three above, and is asked before every call.
  CredentialSource credentials = {};

  bool tls = false;
  std::string ca_file = {};    // PEM; empty: the machine's trust store
  std::string cert_file = {};  // PEM; this client's certificate, for servers that ask for one
  std::string key_file = {};

  RetryPolicy retry = {};
  bool own_connection = false;  // else clients of one process and server share one
};

// Nothing is sent before the first call, so a server that cannot be reached shows there.
// INVALID_ARGUMENT names the option that cannot be used, and why.
absl::StatusOr<PresenceClient> Connect(const ConnectOptions& options);

}  // namespace presences::client
