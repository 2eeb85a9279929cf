// Session: one run of presencectl: the options all commands share, and how results and refusals
// are told.
//
// Threads: confined to the main thread.
#pragma once

#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <utility>

#include "client/cli/environment.h"
#include "client/cli/exit_codes.h"

namespace CLI {
class App;
}

namespace presences::cli {

class Session {
 public:
  using Command = std::function<int()>;

  explicit Session(const Environment& environment) : environment_(environment) {}

  // Adds --endpoint and the others to `app`.
  void AddOptions(CLI::App& app);

  // Commands choose what runs after the command line has been read.
  void SetCommand(Command command) { command_ = std::move(command); }
  int RunCommand() const { return command_(); }

  // The client for the options. A refusal is a usage error.
  // `own_connection`: does not share one with other clients.
  absl::StatusOr<client::PresenceClient> Open(client::RetryPolicy retry = ForPeople(),
                                              bool own_connection = false) const;
  // A person, or a script's own retry, would rather hear of a failure than wait for its end.
  static client::RetryPolicy ForPeople() { return {.max_attempts = 3}; }

  // Prints an error with its reason and a hint, and answers the exit code; kOk for OK.
  int Report(const absl::Status& status) const;
  int ReportUsage(absl::string_view message) const;

  bool json() const;  // else tables
  bool terminal() const { return environment_.terminal; }
  bool err_terminal() const { return environment_.err_terminal; }
  bool colours() const;  // may be used on stdout
  const Environment& environment() const { return environment_; }
  std::istream& in() const { return environment_.in; }
  std::ostream& out() const { return environment_.out; }
  std::ostream& err() const { return environment_.err; }
  Clock& clock() const { return environment_.clock; }
  const client::ConnectOptions& options() const { return options_; }

 private:
  std::string UnreachableHint() const;
  std::string HintFor(const absl::Status& status, const std::string& reason) const;

  const Environment& environment_;
  client::ConnectOptions options_;
  std::string output_;
  std::string color_ = "auto";
  double timeout_seconds_ = 10;
  Command command_;
};

// Opens, runs `use(client)` and reports its status.
template <typename Use>
int WithClient(const Session& session, Use use) {
  const absl::StatusOr<client::PresenceClient> client = session.Open();
  if (!client.ok()) return session.ReportUsage(client.status().message());
  return session.Report(use(*client));
}

}  // namespace presences::cli
