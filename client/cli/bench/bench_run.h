// BenchRun: one run from its preparation to its cleaning up.
//
// Threads: confined to the main thread; starts callers of its own.
#pragma once

#include "client/cli/bench/bench_report.h"
#include "client/cli/bench/workload.h"
#include "client/cli/session.h"
#include "client/cli/wakeups.h"

namespace presences::cli {

class BenchRun {
 public:
  // `signals`: those that end the run early.
  BenchRun(const Session& session, const BenchPlan& plan, SignalFd& signals,
           Connections connections);

  // A status when nothing could be measured.
  absl::StatusOr<BenchOutcome> Run();

 private:
  // Until the time is over or a signal came; true: it was a signal.
  bool Drive(Pacer& pacer, Workload& workload, Tally& tally);
  bool WaitForCallers(Pacer& pacer, const WakeFd& done, const std::vector<Tally>& tallies);
  void ShowProgress(const Pacer& pacer, const std::vector<Tally>& tallies) const;
  void CleanUp(BenchOutcome& outcome) const;

  const Session& session_;
  const BenchPlan& plan_;
  SignalFd& signals_;
  const Connections connections_;
  const BenchRecords records_;
};

}  // namespace presences::cli
