// Health: what the process says of itself when it is probed.
//
// Alive unless a thread that has work has not moved for long; waiting for a disk is no reason to
// be restarted. Ready when it serves, is alive, and its log takes writes (ADR 0018).
//
// Threads: any; WatchStorage before the phase leaves kStarting.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "server/base/heartbeat.h"
#include "server/ops/checks.h"

namespace presences::app {

class Health {
 public:
  enum class Phase { kStarting, kServing, kDraining };
  struct Bounds {
    std::chrono::milliseconds stall{30'000};  // silent for longer while at work: stuck
    std::chrono::milliseconds device{5'000};  // no answer for longer: the storage is in trouble
  };

  Health(const Heartbeats& heartbeats, Bounds bounds) : heartbeats_(heartbeats), bounds_(bounds) {}

  // Whether the log takes writes; must outlive the calls here.
  void WatchStorage(std::function<absl::Status()> log_status) {
    log_status_ = std::move(log_status);
  }
  // What was built before is seen by whoever sees the phase.
  void SetPhase(Phase phase) { phase_.store(phase, std::memory_order_release); }
  Phase phase() const { return phase_.load(std::memory_order_acquire); }

  ops::Checks Liveness() const;
  ops::Checks Readiness() const;
  // The log refuses, or has not answered for long.
  absl::Status Storage() const;
  std::vector<Heartbeat::Sign> threads() const { return heartbeats_.Look(); }

 private:
  const Heartbeats& heartbeats_;
  const Bounds bounds_;
  std::function<absl::Status()> log_status_;
  std::atomic<Phase> phase_{Phase::kStarting};
};

// "starting", "serving" or "draining".
const char* NameOf(Health::Phase phase);

}  // namespace presences::app
