#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/commands.h"
#include "client/cli/duration.h"
#include "client/waiter.h"
#include "server/base/thread.h"

namespace presences::cli {
namespace {

using std::chrono::milliseconds;

struct BenchOptions {
  std::string operation = "upsert";
  std::string duration = "5s";
  int concurrency = 16;
  int records = 1000;
  std::string user = "bench";
};

// One thread's calls, one after another, each timed.
class Worker {
 public:
  Worker(const client::PresenceClient& client, const BenchOptions& options, Clock& clock)
      : client_(client), options_(options), clock_(clock) {}

  void Run(std::atomic<std::uint64_t>& next, MonotonicTime until, std::atomic<bool>& failed) {
    while (!failed.load(std::memory_order_relaxed)) {
      const MonotonicTime started = clock_.Monotonic();
      if (started >= until) return;
      absl::Status status = CallOnce(next.fetch_add(1, std::memory_order_relaxed));
      if (!status.ok()) {
        failure_ = std::move(status);
        failed = true;
        return;
      }
      micros_.push_back(
          std::chrono::duration<double, std::micro>(clock_.Monotonic() - started).count());
      done_.fetch_add(1, std::memory_order_relaxed);
    }
  }

  // How many calls are done; for any thread.
  std::uint64_t done() const { return done_.load(std::memory_order_relaxed); }
  // REQUIRES: Run has returned.
  const std::vector<double>& micros() const { return micros_; }
  const absl::Status& failure() const { return failure_; }

 private:
  absl::Status CallOnce(std::uint64_t number) const {
    const std::string id =
        absl::StrCat("bench-", number % static_cast<std::uint64_t>(options_.records));
    if (options_.operation == "get") return client_.Get(id).status();
    return client_.Upsert({.id = id, .status = "online", .user_id = options_.user}).status();
  }

  const client::PresenceClient& client_;
  const BenchOptions& options_;
  Clock& clock_;
  std::vector<double> micros_;
  absl::Status failure_;
  std::atomic<std::uint64_t> done_{0};
};

double Percentile(const std::vector<double>& sorted, double part) {
  if (sorted.empty()) return 0;
  const auto index = static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1));
  return sorted[index];
}

std::string ReportLine(const BenchOptions& options, const std::vector<double>& sorted,
                       double seconds) {
  return absl::StrFormat(
      R"({"operation":"%s","concurrency":%d,"records":%d,"seconds":%.3f,"calls":%d,)"
      R"("calls_per_second":%.1f,"p50_us":%.1f,"p90_us":%.1f,"p99_us":%.1f,"max_us":%.1f})",
      options.operation, options.concurrency, options.records, seconds, sorted.size(),
      static_cast<double>(sorted.size()) / seconds, Percentile(sorted, 0.5),
      Percentile(sorted, 0.9), Percentile(sorted, 0.99), Percentile(sorted, 1));
}

// Prints how far it is, once a second, until the time is over or something failed.
void ShowProgress(const Session& session, const std::vector<std::unique_ptr<Worker>>& workers,
                  MonotonicTime until, const std::atomic<bool>& failed) {
  client::Waiter waiter(session.clock());
  std::uint64_t before = 0;
  while (!failed && session.clock().Monotonic() < until) {
    const auto left = std::chrono::ceil<milliseconds>(until - session.clock().Monotonic());
    waiter.Wait(std::min(milliseconds(1000), left));
    std::uint64_t calls = 0;
    for (const auto& worker : workers) calls += worker->done();
    session.err() << calls << " calls, " << calls - before << " since the last line\n";
    before = calls;
  }
}

absl::Status Bench(const Session& session, const client::PresenceClient& client,
                   const BenchOptions& options) {
  std::vector<std::unique_ptr<Worker>> workers;
  for (int i = 0; i < options.concurrency; ++i) {
    workers.push_back(std::make_unique<Worker>(client, options, session.clock()));
  }
  std::atomic<std::uint64_t> next{0};
  std::atomic<bool> failed{false};
  const MonotonicTime started = session.clock().Monotonic();
  const MonotonicTime until = started + *ParseDuration(options.duration);
  {
    std::vector<Thread> threads;
    for (const auto& worker : workers) {
      threads.emplace_back("bench", [&] { worker->Run(next, until, failed); });
    }
    ShowProgress(session, workers, until, failed);
  }
  const std::chrono::duration<double> took = session.clock().Monotonic() - started;
  std::vector<double> micros;
  for (const auto& worker : workers) {
    if (!worker->failure().ok()) return worker->failure();
    micros.insert(micros.end(), worker->micros().begin(), worker->micros().end());
  }
  std::sort(micros.begin(), micros.end());
  session.out() << ReportLine(options, micros, took.count()) << "\n";
  return absl::OkStatus();
}

}  // namespace

void AddBench(CLI::App& app, Session& session) {
  auto options = std::make_shared<BenchOptions>();
  CLI::App* command = app.add_subcommand(
      "bench", "Calls as fast as it can and reports latencies; writes presences bench-N");
  command->add_option("--operation", options->operation, "upsert or get (of what upsert wrote)")
      ->check(CLI::IsMember({"upsert", "get"}))
      ->capture_default_str();
  command->add_option("--duration", options->duration, "For how long, e.g. 5s")
      ->check(DurationError)
      ->capture_default_str();
  command->add_option("--concurrency", options->concurrency, "Calls in flight")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command->add_option("--records", options->records, "Spread over so many presences")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command->add_option("--user", options->user, "Their owner")->capture_default_str();
  command->callback([&session, options] {
    session.SetCommand([&session, options] {
      return WithClient(session, [&](const client::PresenceClient& client) {
        return Bench(session, client, *options);
      });
    });
  });
}

}  // namespace presences::cli
