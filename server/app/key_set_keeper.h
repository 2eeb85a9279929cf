// KeySetKeeper: keeps the authenticator's keys those of the configuration and of the key sets that
// its tokens name by jwks_url.
//
// Each URL is fetched at once and then every five minutes. A set that cannot be fetched or used
// changes nothing: the last good one counts, before that the token's jwks_file, before that no
// token of that issuer is accepted. A key that is gone from its set revokes what came with it.
//
// Threads: Use by one at a time, the rest by any; owns one thread. Lock order: its mutex, then the
// authenticator's.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/auth/authenticator.h"
#include "server/base/clock.h"
#include "server/base/heartbeat.h"
#include "server/base/metrics.h"
#include "server/base/mutex.h"
#include "server/base/thread.h"
#include "server/config/build.h"
#include "server/config/config.h"
#include "server/fetch/http_get.h"

namespace presences::app {

class KeySetKeeper {
 public:
  static constexpr std::chrono::milliseconds kRefresh{300'000};
  static constexpr std::chrono::milliseconds kFirstRetry{1'000};  // doubled up to kLastRetry
  static constexpr std::chrono::milliseconds kLastRetry{60'000};

  // All outlive it. The authenticator has what Build says without any set.
  KeySetKeeper(const config::Config& config, auth::Authenticator& authenticator, Clock& clock,
               Metrics& metrics, Heartbeats& heartbeats);
  ~KeySetKeeper();

  // What the authenticator is to know by `config` and the sets that are there.
  absl::StatusOr<std::vector<auth::ProjectAuth>> Build(const config::Config& config) const;
  // From now on `config` counts; `auths` was built from it.
  void Use(const config::Config& config, std::vector<auth::ProjectAuth> auths);
  // Called on the keeper's thread after credentials were revoked.
  void OnRevocation(std::function<void()> call);

  // Returns when every URL was tried once, or after `at_most`.
  void WaitUntilTried(std::chrono::milliseconds at_most);
  // Ends the thread; a name that is being resolved is waited for.
  void Stop();

 private:
  struct Source {
    std::string set;  // the last good one; empty: none yet
    bool is_tried = false;
    bool is_failing = false;
    MonotonicTime next;
    std::chrono::milliseconds retry = kFirstRetry;
  };

  void Loop();
  // The URL that is due; empty: stop.
  std::string NextUrl() EXCLUDES(mutex_);
  void Take(const std::string& url, const absl::StatusOr<std::string>& body) EXCLUDES(mutex_);
  // What of `set` the authenticator now knows.
  absl::Status Adopt(Source& source, const std::string& url, const std::string& set)
      REQUIRES(mutex_);
  void Follow(const config::Config& config) REQUIRES(mutex_);
  config::FetchedKeySets Sets() const REQUIRES(mutex_);
  void CountFailing() REQUIRES(mutex_);

  auth::Authenticator& authenticator_;
  Clock& clock_;
  Heartbeat& heart_;  // rests while it fetches: a provider that is slow is no thread that is stuck
  Counter& fetched_;
  Counter& failed_;
  Counter& unusable_;
  Gauge& failing_;
  fetch::HttpGet http_;

  mutable Mutex mutex_;
  CondVar cv_;
  config::Config config_ GUARDED_BY(mutex_);
  std::map<std::string, Source> sources_ GUARDED_BY(mutex_);  // by URL
  std::function<void()> on_revocation_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
  Thread thread_;  // last: starts when everything else exists
};

}  // namespace presences::app
