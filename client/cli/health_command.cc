#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <memory>

#include "client/cli/commands.h"
#include "client/cli/duration.h"
#include "client/cli/health_report.h"
#include "client/cli/reader_guard.h"
#include "client/waiter.h"

namespace presences::cli {
namespace {

constexpr std::chrono::milliseconds kLookAgain{200};  // while waiting

struct HealthOptions {
  HealthQuestion question;
  std::string wait;
  bool watch = false;
  std::string interval = "1s";
};

int Show(const Session& session, const absl::StatusOr<HealthReport>& report) {
  if (!report.ok()) return session.Report(report.status());
  session.out() << (session.json() ? HealthJson(*report) : HealthText(*report)) << std::flush;
  return report->healthy() ? kOk : kRefused;
}

// Looks until it is healthy or the time is over; answers the last look.
absl::StatusOr<HealthReport> WaitForHealth(const Session& session,
                                           const client::PresenceClient& client,
                                           const HealthOptions& options) {
  client::Waiter waiter(session.clock());
  const MonotonicTime until = session.clock().Monotonic() + *ParseDuration(options.wait);
  while (true) {
    auto report = LookAtHealth(client, options.question);
    if ((report.ok() && report->healthy()) || session.clock().Monotonic() >= until) return report;
    waiter.Wait(kLookAgain);
  }
}

// Tells of every change until nobody listens.
int WatchHealth(const Session& session, const client::PresenceClient& client,
                const HealthOptions& options) {
  client::Waiter waiter(session.clock());
  std::optional<absl::StatusOr<HealthReport>> last;
  while (session.out() && !ReaderGone(session.environment().out_fd)) {
    auto report = LookAtHealth(client, options.question);
    const bool same =
        last && (report.ok() && last->ok() ? **last == *report : report.ok() == last->ok());
    if (!same) Show(session, report);
    last = std::move(report);
    waiter.Wait(*ParseDuration(options.interval));
  }
  return kOk;
}

int Health(const Session& session, const HealthOptions& options) {
  const auto client = session.Open({.max_attempts = 1});
  if (!client.ok()) return session.ReportUsage(client.status().message());
  if (options.watch) return WatchHealth(session, *client, options);
  return Show(session, options.wait.empty() ? LookAtHealth(*client, options.question)
                                            : WaitForHealth(session, *client, options));
}

}  // namespace

void AddHealth(CLI::App& app, Session& session) {
  auto options = std::make_shared<HealthOptions>();
  CLI::App* command = app.add_subcommand(
      "health", "Asks whether the server serves, by its exit code, too; needs no key");
  command->add_option("service", options->question.services,
                      "Only these, e.g. presences.v1.Presences; default: the server and all of "
                      "its services");
  CLI::Option* wait =
      command->add_option("--wait", options->wait, "Wait for so long until it serves, e.g. 30s")
          ->type_name("DURATION")
          ->check(DurationError);
  command->add_flag("--watch", options->watch, "Go on, and tell of every change")->excludes(wait);
  command->add_option("--interval", options->interval, "How often --watch looks")
      ->type_name("DURATION")
      ->check(DurationError)
      ->capture_default_str();
  command
      ->add_option("--metrics_endpoint", options->question.metrics_endpoint,
                   "The server's metrics address: asks /readyz, too, and shows its reasons")
      ->type_name("ADDRESS")
      ->envname("PRESENCES_METRICS_ENDPOINT");
  command->callback([&session, options] {
    session.SetCommand([&session, options] { return Health(session, *options); });
  });
}

}  // namespace presences::cli
