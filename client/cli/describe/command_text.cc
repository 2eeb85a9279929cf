#include "client/cli/describe/command_text.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace presences::cli {
namespace {

// CLI11 tells what an option takes as TYPE, TYPE:{one,other} or {one,other}.
void ReadType(const std::string& type, OptionText* text) {
  const std::size_t open = type.find('{');
  text->value = type.substr(0, type.find_first_of(":{"));
  if (open == std::string::npos) return;
  const std::string inside = type.substr(open + 1, type.find('}') - open - 1);
  text->choices = absl::StrSplit(inside, ',');
}

OptionText DescribeOption(const CLI::Option& option) {
  OptionText text{.required = option.get_required(),
                  .repeatable = option.get_items_expected_max() > 1,
                  .fallback = option.get_default_str(),
                  .variable = option.get_envname(),
                  .about = option.get_description()};
  for (const std::string& name : option.get_snames()) text.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) text.names.push_back("--" + name);
  if (text.names.empty()) {
    text.positional = true;
    text.names.push_back(option.get_name());
  }
  if (option.get_items_expected_max() > 0) ReadType(option.get_type_name(), &text);
  return text;
}

}  // namespace

CommandText Describe(const CLI::App& app) {
  CommandText text{.about = app.get_description()};
  if (app.get_parent() != nullptr) {
    for (const CLI::App* at = &app; at->get_parent() != nullptr; at = at->get_parent()) {
      text.path.insert(text.path.begin(), at->get_name());
    }
  }
  for (const CLI::Option* option : app.get_options()) {
    text.options.push_back(DescribeOption(*option));
  }
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    text.commands.push_back(Describe(*command));
  }
  return text;
}

std::vector<const CommandText*> Flatten(const CommandText& command) {
  std::vector<const CommandText*> all = {&command};
  for (const CommandText& below : command.commands) {
    for (const CommandText* each : Flatten(below)) all.push_back(each);
  }
  return all;
}

std::string TypedName(const CommandText& command) {
  std::vector<std::string> words = command.path;
  words.insert(words.begin(), "presencectl");
  return absl::StrJoin(words, " ");
}

std::string Usage(const CommandText& command) {
  std::string usage = absl::StrCat(TypedName(command), " [FLAGS]");
  if (!command.commands.empty()) return absl::StrCat(usage, " COMMAND");
  for (const OptionText& option : command.options) {
    if (!option.positional) continue;
    const std::string name = absl::StrCat(option.names[0], option.repeatable ? "..." : "");
    absl::StrAppend(&usage, option.required ? " " : " [", name, option.required ? "" : "]");
  }
  return usage;
}

}  // namespace presences::cli
