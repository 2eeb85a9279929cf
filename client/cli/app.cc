#include "client/cli/app.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"

namespace presences::cli {
namespace {

constexpr char kAbout[] = "Reads, writes and watches presences on a presenced server.";

std::string Footer() {
  std::string text = "\nExit codes:\n";
  for (const ExitCode& code : kExitCodes) {
    absl::StrAppend(&text, "  ", code.code, "  ", code.meaning, "\n");
  }
  return text + "\nEach command explains itself: presencectl COMMAND --help";
}

}  // namespace

std::unique_ptr<CLI::App> MakeApp(Session& session) {
  auto app = std::make_unique<CLI::App>(kAbout, "presencectl");
  app->set_version_flag("--version", "presencectl " PRESENCES_VERSION, "Print the version");
  app->set_help_flag("-h,--help", "Print this help");
  app->require_subcommand(1);
  app->fallthrough();  // shared options may stand behind the command, too
  session.AddOptions(*app);
  AddCommands(*app, session);
  app->footer(Footer());  // of the whole; commands would repeat it
  return app;
}

}  // namespace presences::cli
