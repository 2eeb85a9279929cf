#include "client/cli/usage_error.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/nearest.h"

namespace presences::cli {
namespace {

// The command that was being read: `presencectl token mint`.
const CLI::App& Deepest(const CLI::App& app) {
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  return *at;
}

std::string FullName(const CLI::App& app) {
  const CLI::App* parent = app.get_parent();
  return parent == nullptr ? app.get_name() : FullName(*parent) + " " + app.get_name();
}

// The flags that may stand behind `app`, its parents' included.
std::vector<std::string> FlagsOf(const CLI::App& app) {
  std::vector<std::string> flags;
  for (const CLI::App* at = &app; at != nullptr; at = at->get_parent()) {
    for (const CLI::Option* option : at->get_options()) {
      for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
    }
  }
  return flags;
}

std::vector<std::string> CommandsOf(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  return names;
}

std::string DidYouMean(const std::string& nearest) {
  return nearest.empty() ? "" : absl::StrCat("; did you mean ", nearest, "?");
}

std::string UnknownText(const CLI::App& at, const std::string& word) {
  if (absl::StartsWith(word, "-")) {
    const std::string flag = word.substr(0, word.find('='));
    return absl::StrCat("no flag '", flag, "' of ", FullName(at),
                        DidYouMean(Nearest(flag, FlagsOf(at))));
  }
  const std::vector<std::string> commands = CommandsOf(at);
  if (commands.empty()) {
    return absl::StrCat("'", word, "' is one argument too many for ", FullName(at));
  }
  return absl::StrCat("no command '", word, "' of ", FullName(at),
                      DidYouMean(Nearest(word, commands)));
}

}  // namespace

std::string UsageErrorText(const CLI::App& app, const CLI::Error& error) {
  const CLI::App& at = Deepest(app);
  const std::vector<std::string> unknown = app.remaining(true);
  std::string text;
  if (!unknown.empty()) {
    // Before anything else: a flag that is missing may be one that was misspelt.
    text = UnknownText(at, unknown.front());
  } else if (!CommandsOf(at).empty()) {
    text = absl::StrCat(FullName(at), " needs a command: ", absl::StrJoin(CommandsOf(at), ", "));
  } else {
    text = error.what();
  }
  return absl::StrCat("error: ", text, "\nhint: ", FullName(at), " --help\n");
}

}  // namespace presences::cli
