// Dev mode: a server to try things on, with nothing to configure.
//
// Threads: any.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/base/clock.h"
#include "server/config/config.h"

namespace presences::config {

struct DevSetup {
  Config config;
  std::string data_dir;    // as given
  std::string api_key;     // its text; config knows only the hash
  std::string jwt_secret;  // also the secret of config's one token
};

// Project `demo`, embedded storage in `data_dir`/embedded, and a key and a secret that are made
// in `data_dir` on the first start and used again afterwards. FAILED_PRECONDITION: the folder or
// a file in it cannot be made or used; says what to do.
absl::StatusOr<DevSetup> DevConfig(const std::string& data_dir);

// INVALID_ARGUMENT when a listener could be reached from other machines: everybody who sees the
// terminal knows the key. To be asked after flags have changed addresses.
absl::Status CheckDevAddresses(const Config& config);

// A token for user `user_id` of the project, valid for 24 h.
std::string MintDevToken(const DevSetup& setup, absl::string_view user_id, TimePoint now);

// Where the listeners are bound, as host:port.
struct BoundAddresses {
  std::string grpc;
  std::string http;
  std::string metrics;
};

// What stderr shows on start: addresses, credentials, and lines to paste.
std::string DevBanner(const DevSetup& setup, const BoundAddresses& bound, TimePoint now);

}  // namespace presences::config
