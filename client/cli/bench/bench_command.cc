#include <signal.h>
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <fstream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "client/cli/bench/bench_report.h"
#include "client/cli/bench/bench_run.h"
#include "client/cli/commands.h"
#include "client/cli/duration.h"

namespace presences::cli {
namespace {

// Failures are to be seen and not repaired; streams that find no server give up.
constexpr client::RetryPolicy kNoRetry{.max_attempts = 1,
                                       .give_up_after = std::chrono::milliseconds(5000)};

int ExitCodeOf(const BenchOutcome& outcome) {
  if (outcome.interrupted) return kInterrupted;
  return ErrorsOf(outcome.results) == 0 ? kOk : kRefused;
}

int RunBench(const Session& session, const BenchPlan& plan) {
  std::ofstream report;
  if (!plan.report.empty()) {
    report.open(plan.report);  // before the work, not after it
    if (!report) return session.ReportUsage(absl::StrCat("--report: cannot write ", plan.report));
  }
  SignalFd signals({SIGINT, SIGTERM});  // before gRPC starts threads that would take them
  Connections connections;
  for (int i = 0; i < plan.connections; ++i) {
    auto client = session.Open(kNoRetry, true);
    if (!client.ok()) return session.ReportUsage(client.status().message());
    connections.push_back(*std::move(client));
  }
  const auto outcome = BenchRun(session, plan, signals, std::move(connections)).Run();
  if (!outcome.ok()) return session.Report(outcome.status());
  const std::string json = BenchJson(plan, session.options().endpoint, *outcome) + "\n";
  if (report.is_open()) report << json << std::flush;
  session.out() << (session.json() ? json : BenchTable(plan, *outcome));
  if (report.is_open() && !report) {
    return session.ReportUsage(absl::StrCat("--report: cannot write ", plan.report));
  }
  return ExitCodeOf(*outcome);
}

void AddLoadOptions(CLI::App& command, BenchPlan& plan) {
  command
      .add_option("--workload", plan.workload,
                  "What to do: single calls; mixed: 6 upserts, 3 gets and a list of 10; watch: "
                  "upserts, and their delivery to watchers; hold: presences with a connection")
      ->check(CLI::IsMember(WorkloadNames()))
      ->capture_default_str();
  command.add_option("--duration", plan.duration, "For how long, e.g. 30s")
      ->type_name("DURATION")
      ->check(DurationError)
      ->capture_default_str();
  command
      .add_option("--rate", plan.rate,
                  "Calls a second, at fixed times: waiting for a slow server counts as latency; 0: "
                  "each call follows the one before")
      ->type_name("PER_SECOND")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command.add_option("--in_flight", plan.in_flight, "Calls at a time, at most")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  command.add_option("--connections", plan.connections, "Connections to spread the calls over")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
}

}  // namespace

void AddBench(CLI::App& app, Session& session) {
  auto plan = std::make_shared<BenchPlan>();
  CLI::App* command = app.add_subcommand(
      "bench", "Puts load on a server and reports latencies; its records are removed afterwards");
  AddLoadOptions(*command, *plan);
  command->add_option("--records", plan->records, "Spread over so many presences")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command->add_option("--batch_size", plan->batch_size, "Presences in each call of batch")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_option("--watchers", plan->watchers, "Streams that watch delivers to")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  command->add_option("--user", plan->user,
                      "The owner of all presences; default with an API key: one user each");
  command->add_option("--report", plan->report, "Write the JSON report into this file, too")
      ->type_name("FILE");
  command->add_flag("--keep", plan->keep, "Leave the records there; they end 5 minutes later");
  command->callback([&session, plan] {
    session.SetCommand([&session, plan] { return RunBench(session, *plan); });
  });
}

}  // namespace presences::cli
