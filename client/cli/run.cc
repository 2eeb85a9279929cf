#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>

#include "client/cli/commands.h"
#include "client/cli/environment.h"
#include "client/cli/session.h"

namespace presences::cli {
namespace {

constexpr char kAbout[] = "Reads, writes and watches presences on a presenced server.";
constexpr char kFooter[] =
    "\nExit codes: 0 done, 1 refused by the server, 2 wrong usage, 3 server not reached.\n"
    "Environment: PRESENCES_ENDPOINT, PRESENCES_PROJECT, PRESENCES_KEY, PRESENCES_TOKEN.\n"
    "Each command explains itself: presencectl COMMAND --help";

// Errors look alike, whether they come from here or from the server.
std::string FailureMessage(const CLI::App* app, const CLI::Error& error) {
  return std::string("error: ") + error.what() + "\nhint: " + app->get_name() + " --help, or " +
         app->get_name() + " COMMAND --help\n";
}

}  // namespace

int Run(const std::vector<std::string>& arguments, const Environment& environment) {
  Session session(environment);
  CLI::App app(kAbout, "presencectl");
  app.footer(kFooter);
  app.set_version_flag("--version", "presencectl " PRESENCES_VERSION);
  app.failure_message(FailureMessage);
  app.require_subcommand(1);
  app.fallthrough();  // shared options may stand behind the command, too
  session.AddOptions(app);
  AddCommands(app, session);
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::ParseError& error) {
    return app.exit(error, environment.out, environment.err) == 0 ? kOk : kUsage;
  }
  const int code = session.RunCommand();
  environment.out.flush();
  return code;
}

}  // namespace presences::cli
