#include <poll.h>
#include <signal.h>
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <array>
#include <memory>

#include "client/cli/commands.h"
#include "client/cli/output.h"
#include "client/cli/patience.h"
#include "client/cli/wakeups.h"
#include "client/cli/write_options.h"
#include "server/base/thread.h"

namespace presences::cli {
namespace {

// Holds until a signal, and answers how it ended; OK when the presence was released.
absl::Status HoldUntilSignal(const Session& session, client::HeldStream& held, SignalFd& signals) {
  WakeFd ended;
  absl::Status status;
  Thread reader("hold", [&] {
    absl::StatusOr<client::Presence> presence = held.Next();
    for (; presence.ok(); presence = held.Next()) {
      Show(session, *presence);
      session.out().flush();
    }
    status = presence.status();
    ended.Wake();
  });
  std::array<pollfd, 2> fds = {{{.fd = signals.fd(), .events = POLLIN, .revents = 0},
                                {.fd = ended.fd(), .events = POLLIN, .revents = 0}}};
  while (poll(fds.data(), fds.size(), -1) < 0) {
  }
  held.Release();
  reader.Join();
  return absl::IsCancelled(status) ? absl::OkStatus() : status;
}

int Hold(const Session& session, const WriteOptions& options, const Patience& patience) {
  SignalFd signals({SIGINT, SIGTERM, SIGHUP});
  const auto client = session.Open(patience.Policy());
  if (!client.ok()) return session.ReportUsage(client.status().message());
  const auto held = client->Hold({.presence = options.ToUpsert(session.clock().Now()),
                                  .on_reconnect = Patience::Notes(session)});
  const absl::Status status = HoldUntilSignal(session, *held, signals);
  const int code = session.Report(status);
  if (absl::IsUnimplemented(status)) {
    session.err() << "hint: presencectl upsert with --ttl, repeated in time, comes close\n";
  }
  return code;
}

}  // namespace

void AddHold(CLI::App& app, Session& session) {
  auto options = std::make_shared<WriteOptions>();
  CLI::App* command = app.add_subcommand(
      "hold", "Keeps a presence for as long as it runs; Ctrl-C lets go of it at once");
  options->AddHeldTo(*command);
  auto patience = std::make_shared<Patience>();
  patience->AddTo(*command);
  command->get_option("--status")->required();
  command->callback([&session, options, patience] {
    session.SetCommand(
        [&session, options, patience] { return Hold(session, *options, *patience); });
  });
}

}  // namespace presences::cli
