// Server: everything that runs, built in order and stopped in the reverse one.
//
// Order of building: admin port, log, states (loaded), committer, hub, expirer, use cases,
// listeners. Stopping undoes it: listeners drain first, the log closes last, so nothing
// acknowledged is ever dropped, and the admin port answers from the first moment to the last.
//
// Threads: Start, Drain and the destructor on the main thread.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/base/clock.h"
#include "server/config/config.h"
#include "server/config/dev_mode.h"

namespace presences::app {

struct StartOptions {
  bool dev = false;         // adds channelz
  std::string config_file;  // as given, for /statusz
};

class Server {
 public:
  // UNAVAILABLE without a reason: an address cannot be listened on. GENERAL_STORAGE_UNAVAILABLE:
  // the storage cannot be opened. FAILED_PRECONDITION: TLS files or credentials are unusable.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const config::Config& config,
                                                       const StartOptions& options, Clock& clock);
  ~Server();

  // The one line for stdout (design 3.1), without a line end.
  std::string ReadyLine() const;
  config::BoundAddresses addresses() const;

  // Takes over what of the configuration may change (reload.h), or nothing; says in the log what
  // came of it. An error: the configuration could not be read.
  void Reload(const absl::StatusOr<config::Config>& next);

  // Stops as design 6.4 says: unready, drain_delay, going_away, finish, flush. Returns when all
  // is written.
  void Drain();

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace presences::app
