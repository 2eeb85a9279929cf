// Workload: what bench does to the server again and again.
//
// Threads: Call any; Prepare before it and Finish after it, by one thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "client/cli/bench/bench_records.h"
#include "client/cli/bench/pacer.h"
#include "client/cli/bench/plan.h"
#include "client/cli/bench/tally.h"

namespace presences::cli {

class Workload {
 public:
  virtual ~Workload() = default;

  // Makes what the calls need. A refusal ends the run before it began.
  virtual absl::Status Prepare() = 0;
  // One call, and what came of it.
  virtual void Call(const Pacer::Slot& slot, Tally& tally) = 0;
  // Waits for what the calls have set going, and ends it.
  virtual void Finish(Tally& tally) = 0;
};

// What every workload works with; outlives it.
struct Bench {
  const BenchPlan& plan;
  const Connections& connections;
  const BenchRecords& records;
  Clock& clock;

  const client::PresenceClient& connection(std::uint64_t number) const {
    return connections[number % connections.size()];
  }
  Latencies::Time Since(MonotonicTime from) const { return clock.Monotonic() - from; }
};

// The names for --workload.
inline const std::vector<std::string>& WorkloadNames() {
  static const std::vector<std::string> names = {"upsert", "batch", "get", "list",
                                                 "mixed",  "watch", "hold"};
  return names;
}
// REQUIRES: the plan's workload is one of these.
std::unique_ptr<Workload> MakeWorkload(const Bench& bench);

// By kind; MakeWorkload chooses.
std::unique_ptr<Workload> MakeCallWorkload(const Bench& bench);
std::unique_ptr<Workload> MakeWatchWorkload(const Bench& bench);
std::unique_ptr<Workload> MakeHoldWorkload(const Bench& bench);

}  // namespace presences::cli
