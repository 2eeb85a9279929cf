#include "client/cli/bench/bench_run.h"

#include <poll.h>

#include <array>
#include <atomic>
#include <utility>

#include "client/cli/duration.h"
#include "server/base/thread.h"

namespace presences::cli {
namespace {

constexpr int kProgressMillis = 250;

}  // namespace

BenchRun::BenchRun(const Session& session, const BenchPlan& plan, SignalFd& signals,
                   Connections connections)
    : session_(session),
      plan_(plan),
      signals_(signals),
      connections_(std::move(connections)),
      records_(plan, session.clock(), !session.options().api_key.empty()) {}

absl::StatusOr<BenchOutcome> BenchRun::Run() {
  BenchOutcome outcome;
  const Bench bench{plan_, connections_, records_, session_.clock()};
  const std::unique_ptr<Workload> workload = MakeWorkload(bench);
  const absl::Status ready = workload->Prepare();
  if (!ready.ok()) {
    CleanUp(outcome);  // a part of it may have been made
    return ready;
  }
  Tally tally;
  Pacer pacer(session_.clock(), plan_.rate, *ParseDuration(plan_.duration));
  outcome.interrupted = Drive(pacer, *workload, tally);
  outcome.took = session_.clock().Monotonic() - pacer.start();
  signals_.Release();  // a second Ctrl-C leaves the records behind
  workload->Finish(tally);
  tally.AddTo(outcome.results);
  CleanUp(outcome);
  return outcome;
}

bool BenchRun::Drive(Pacer& pacer, Workload& workload, Tally& tally) {
  // A tally each: callers do not wait for each other.
  std::vector<Tally> tallies(static_cast<std::size_t>(plan_.in_flight));
  std::atomic<std::size_t> running{tallies.size()};
  WakeFd done;
  bool interrupted = false;
  {
    std::vector<Thread> callers;
    for (Tally& own : tallies) {
      callers.emplace_back("bench", [&] {
        while (const auto slot = pacer.Next()) workload.Call(*slot, own);
        if (--running == 0) done.Wake();
      });
    }
    interrupted = WaitForCallers(pacer, done, tallies);
  }
  if (session_.err_terminal()) session_.err() << "\r\x1b[K" << std::flush;
  Results results;
  for (const Tally& own : tallies) own.AddTo(results);
  tally.Merge(results);
  return interrupted;
}

bool BenchRun::WaitForCallers(Pacer& pacer, const WakeFd& done, const std::vector<Tally>& tallies) {
  std::array<pollfd, 2> fds = {{{.fd = signals_.fd(), .events = POLLIN, .revents = 0},
                                {.fd = done.fd(), .events = POLLIN, .revents = 0}}};
  bool interrupted = false;
  while ((fds[1].revents & POLLIN) == 0) {
    poll(fds.data(), fds.size(), kProgressMillis);
    if (signals_.Take() != 0) {
      interrupted = true;
      pacer.Stop();
    }
    ShowProgress(pacer, tallies);
  }
  return interrupted;
}

void BenchRun::ShowProgress(const Pacer& pacer, const std::vector<Tally>& tallies) const {
  if (!session_.err_terminal()) return;
  Results results;
  for (const Tally& tally : tallies) tally.AddTo(results);
  session_.err() << "\r\x1b[K"
                 << BenchProgress(results, session_.clock().Monotonic() - pacer.start(),
                                  *ParseDuration(plan_.duration))
                 << std::flush;
}

void BenchRun::CleanUp(BenchOutcome& outcome) const {
  if (plan_.keep) return;
  const auto removed = records_.DeleteAll(connections_[0]);
  if (removed.ok()) {
    outcome.removed = *removed;
  } else {
    session_.err() << "note: the records could not be removed; they end by themselves: "
                   << removed.status().message() << "\n";
  }
}

}  // namespace presences::cli
