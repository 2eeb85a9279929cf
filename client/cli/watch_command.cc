#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <memory>

#include "client/cli/commands.h"
#include "client/cli/live/live_watch.h"
#include "client/cli/patience.h"
#include "client/cli/presence_json.h"
#include "client/cli/presence_table.h"
#include "client/cli/query_options.h"
#include "client/cli/reader_guard.h"

namespace presences::cli {
namespace {

struct WatchOptions {
  client::SubscribeRequest request;
  QueryOptions queries;
  bool no_snapshot = false;
  std::optional<std::uint64_t> count;
  std::string until;
  Patience patience;

  void AddTo(CLI::App& command) {
    command
        .add_option("--channel", request.channels,
                    "presences, presences.ID, or one of them with .upsert, .update or .delete; "
                    "repeatable")
        ->allow_extra_args(false)
        ->capture_default_str();
    queries.AddTo(command);
    command.add_option("--resume_token", request.resume_token,
                       "Go on behind the event that carried this token");
    command.add_flag("--no_snapshot", no_snapshot, "Only what happens from now on");
    command.add_flag("--skip_unchanged", request.skip_unchanged,
                     "Leave out writes that only moved times");
    command.add_option("--count", count, "End after so many changes")->check(CLI::PositiveNumber);
    command.add_option("--until", until, "current: end when the state is complete")
        ->check(CLI::IsMember({"current"}));
    patience.AddTo(command);
  }
};

// Prints events as lines until the end is reached.
absl::Status PrintEvents(const Session& session, client::EventStream& stream,
                         const WatchOptions& options) {
  std::uint64_t remaining = options.count.value_or(0);
  while (true) {
    absl::StatusOr<client::StreamEvent> event = stream.Next();
    if (!event.ok()) return event.status();
    bool last = !options.until.empty() && event->kind == client::StreamEvent::Kind::kCurrent;
    if (options.count && event->changes.size() >= remaining) {
      // The token stands for the whole batch; a part of it has none.
      if (event->changes.size() > remaining) event->resume_token.clear();
      event->changes.resize(remaining);
      last = true;
    }
    remaining -= event->changes.size();
    session.out() << (session.json() ? ToLines(*event) : EventLines(*event, session.clock().Now()))
                  << std::flush;
    if (last || !session.out()) return absl::OkStatus();
  }
}

// A table that lives needs a terminal that can put the cursor somewhere.
bool CanDraw(const Session& session) {
  const std::string kind = session.environment().variable("TERM");
  return session.terminal() && !kind.empty() && kind != "dumb";
}

int Watch(const Session& session, const WatchOptions& options) {
  client::SubscribeRequest request = options.request;
  request.queries = options.queries.Texts();
  request.snapshot = !options.no_snapshot;
  const client::RetryPolicy retry = options.patience.Policy();
  if (!session.json() && CanDraw(session)) {
    return LiveWatch(session, std::move(request), retry,
                     {.count = options.count, .until_current = !options.until.empty()});
  }
  request.on_reconnect = Patience::Notes(session);
  const auto client = session.Open(retry);
  if (!client.ok()) return session.ReportUsage(client.status().message());
  const auto stream = client->Subscribe(std::move(request));
  ReaderGuard guard(session.environment().out_fd, [&stream] { stream->Cancel(); });
  const absl::Status status = PrintEvents(session, *stream, options);
  return guard.reader_gone() ? kOk : session.Report(status);
}

}  // namespace

void AddWatch(CLI::App& app, Session& session) {
  auto options = std::make_shared<WatchOptions>();
  CLI::App* command = app.add_subcommand(
      "watch", "Follows presences: a live table on a terminal, one JSON line per event elsewhere");
  options->AddTo(*command);
  command->callback([&session, options] {
    session.SetCommand([&session, options] { return Watch(session, *options); });
  });
}

}  // namespace presences::cli
