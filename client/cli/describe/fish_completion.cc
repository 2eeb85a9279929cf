#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "client/cli/describe/documents.h"

namespace presences::cli {
namespace {

std::string Quoted(absl::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"'", "\\'"}}), "'");
}

std::string PathOf(const CommandText& command) { return absl::StrJoin(command.path, " "); }

// The words before the cursor, as far as they name commands.
std::string PathFunction(const std::vector<const CommandText*>& all) {
  std::string text =
      "function __presencectl_path\n    set -l path\n    set -l words (commandline -opc)\n"
      "    for word in $words[2..-1]\n        switch \"$path $word\"\n            case";
  for (const CommandText* command : all) {
    if (command->path.empty()) continue;
    absl::StrAppend(&text, " ",
                    Quoted(absl::StrCat(command->path.size() == 1 ? " " : "", PathOf(*command))));
  }
  return absl::StrCat(text,
                      "\n                set path (string trim -- \"$path $word\")\n        end\n"
                      "    end\n    echo \"$path\"\nend\n");
}

// `shared`: the flags of the root may stand behind any command.
std::string Condition(const CommandText& command, bool shared) {
  if (shared) return "";
  return absl::StrCat(" -n 'test (__presencectl_path) = \"", PathOf(command), "\"'");
}

std::string OptionLine(const CommandText& command, const OptionText& option) {
  std::string line = absl::StrCat("complete -c presencectl",
                                  Condition(command, !option.positional && command.path.empty()));
  if (!option.positional) {
    for (const std::string& name : option.names) {
      const bool is_long = name.compare(0, 2, "--") == 0;
      absl::StrAppend(&line, is_long ? " -l " : " -s ", name.substr(is_long ? 2 : 1));
    }
    if (!option.value.empty()) absl::StrAppend(&line, option.value == "FILE" ? " -r -F" : " -x");
    absl::StrAppend(&line, " -d ", Quoted(option.about));
  } else if (option.value == "FILE") {
    absl::StrAppend(&line, " -F");
  } else if (option.choices.empty()) {
    return "";
  }
  if (!option.choices.empty()) {
    absl::StrAppend(&line, " -a ", Quoted(absl::StrJoin(option.choices, " ")));
  }
  return line + "\n";
}

}  // namespace

std::string FishCompletion(const CommandText& root) {
  const std::vector<const CommandText*> all = Flatten(root);
  std::string text = absl::StrCat("# made by: presencectl completion fish\n", PathFunction(all),
                                  "complete -c presencectl -f\n");
  for (const CommandText* command : all) {
    for (const CommandText& below : command->commands) {
      absl::StrAppend(&text, "complete -c presencectl", Condition(*command, false), " -a ",
                      below.path.back(), " -d ", Quoted(below.about), "\n");
    }
    for (const OptionText& option : command->options) text += OptionLine(*command, option);
  }
  return text;
}

}  // namespace presences::cli
