#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "client/cli/describe/documents.h"

namespace presences::cli {
namespace {

// Inside '…' of zsh, where _arguments gives [, ] and : a meaning.
std::string Escaped(absl::string_view text) {
  return absl::StrReplaceAll(
      text, {{"\\", "\\\\"}, {"'", "'\\''"}, {"[", "\\["}, {"]", "\\]"}, {":", "\\:"}});
}

std::string FunctionOf(const CommandText& command) {
  return absl::StrCat("_presencectl", command.path.empty() ? "" : "_",
                      absl::StrJoin(command.path, "_"));
}

// How zsh completes what the option takes.
std::string Action(const OptionText& option) {
  if (!option.choices.empty()) return absl::StrCat("(", absl::StrJoin(option.choices, " "), ")");
  return option.value == "FILE" ? "_files" : " ";
}

std::string Specs(const CommandText& command) {
  std::string specs;
  for (const OptionText& option : command.options) {
    if (option.positional) {
      absl::StrAppend(&specs, " '", option.repeatable ? "*" : "", ":", option.names[0], ":",
                      Action(option), "'");
      continue;
    }
    for (const std::string& name : option.names) {
      const bool valued = !option.value.empty();
      absl::StrAppend(&specs, " '", option.repeatable ? "*" : "", name, valued ? "=" : "", "[",
                      Escaped(option.about), "]",
                      valued ? absl::StrCat(":", option.value, ":", Action(option)) : "", "'");
    }
  }
  return specs;
}

// One function per command; those of commands below are called by the rest of its name.
std::string FunctionText(const CommandText& command) {
  const std::string name = FunctionOf(command);
  std::string text = absl::StrCat(name, "() {\n");
  if (command.path.empty()) {
    absl::StrAppend(&text, "  local -a shared=(", Specs(command), ")\n");
  }
  const std::string own = command.path.empty() ? "" : Specs(command);
  if (command.commands.empty()) {
    return absl::StrCat(text, "  _arguments $shared", own, "\n}\n");
  }
  absl::StrAppend(&text, "  local curcontext=$curcontext state line\n  typeset -A opt_args\n",
                  "  local -a commands=(");
  for (const CommandText& below : command.commands) {
    absl::StrAppend(&text, "\n    '", below.path.back(), ":", Escaped(below.about), "'");
  }
  return absl::StrCat(text, "\n  )\n  _arguments -C $shared", own,
                      " '1: :->command' '*:: :->words'\n  case $state in\n"
                      "    command) _describe command commands ;;\n    words) (( $+functions[",
                      name, "_$words[1]] )) && ", name, "_$words[1] ;;\n  esac\n}\n");
}

}  // namespace

std::string ZshCompletion(const CommandText& root) {
  std::string text = "#compdef presencectl\n# made by: presencectl completion zsh\n";
  for (const CommandText* command : Flatten(root)) text += FunctionText(*command);
  // Loaded by name from a folder of $fpath, or by source.
  return absl::StrCat(text,
                      "if [ \"$funcstack[1]\" = _presencectl ]; then\n  _presencectl \"$@\"\n"
                      "else\n  compdef _presencectl presencectl\nfi\n");
}

}  // namespace presences::cli
