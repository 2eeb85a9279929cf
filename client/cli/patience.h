// Patience: --retry_for, how long a stream goes without a server before the command gives up.
//
// Threads: confined to the main thread.
#pragma once

#include <string>

#include "client/cli/session.h"
#include "client/retry_policy.h"

namespace presences::cli {

class Patience {
 public:
  void AddTo(CLI::App& command);
  client::RetryPolicy Policy() const;
  // Tells of each new attempt on stderr.
  static client::ReconnectCallback Notes(const Session& session);

 private:
  std::string retry_for_ = "30s";
};

}  // namespace presences::cli
