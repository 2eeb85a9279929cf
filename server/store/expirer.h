// Expirer: turns passed expiry times into expiry changes.
//
// Looks at every project's wheel each tick and submits what is due as one bounded write at a time,
// so that a mass expiry shares the log fairly with callers. Whether a record really goes is
// decided by the committer, so an expiry and a refresh have exactly one winner.
//
// Threads: owns one thread. With a FakeClock, it runs when the clock advances.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "server/base/clock.h"
#include "server/base/heartbeat.h"
#include "server/base/metrics.h"
#include "server/store/committer.h"
#include "server/store/state.h"

namespace presences::store {

class Expirer {
 public:
  struct Options {
    std::chrono::milliseconds tick{8};           // bound of the lateness that waiting adds
    std::size_t max_batch = 1024;                // records per write
    std::chrono::milliseconds retry_delay{200};  // after a write that the log refused
    Heartbeats* heartbeats = &Heartbeats::None();
  };

  // `states[i]` belongs to project i. All must outlive the expirer.
  Expirer(Options options, Committer& committer, std::vector<State*> states, Clock& clock,
          Metrics& metrics);
  ~Expirer();

  // Stops the thread; idempotent.
  void Stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace presences::store
