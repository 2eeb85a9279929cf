#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "client/cli/describe/documents.h"
#include "client/cli/exit_codes.h"

namespace presences::cli {
namespace {

std::string Roff(absl::string_view text) {
  std::string out = absl::StrReplaceAll(text, {{"\\", "\\e"}, {"-", "\\-"}, {"^", "\\(ha"}});
  if (absl::StartsWith(out, ".") || absl::StartsWith(out, "'")) out.insert(0, "\\&");
  return out;
}

std::string Bold(absl::string_view text) { return absl::StrCat("\\fB", Roff(text), "\\fR"); }
std::string Italic(absl::string_view text) { return absl::StrCat("\\fI", Roff(text), "\\fR"); }

// The paragraph behind a heading: what an option does, and its edges.
std::string AboutOption(const OptionText& option) {
  std::string text = Roff(option.about);
  if (!option.choices.empty()) {
    absl::StrAppend(&text, ".\nOne of ", Bold(absl::StrJoin(option.choices, ", ")));
  }
  if (!option.fallback.empty()) absl::StrAppend(&text, ".\nDefault: ", Bold(option.fallback));
  if (!option.variable.empty()) absl::StrAppend(&text, ".\nAlso from ", Bold(option.variable));
  if (option.required) absl::StrAppend(&text, ".\nRequired");
  return text + ".\n";
}

std::string OptionEntry(const OptionText& option) {
  std::string head;
  for (const std::string& name : option.names) {
    absl::StrAppend(&head, head.empty() ? "" : ", ", option.positional ? Italic(name) : Bold(name));
  }
  if (!option.positional && !option.value.empty()) {
    absl::StrAppend(&head, "=", Italic(option.value));
  }
  return absl::StrCat(".TP\n", head, "\n", AboutOption(option));
}

std::string CommandEntry(const CommandText& command) {
  std::string text = absl::StrCat(".SS ", Roff(Usage(command)), "\n", Roff(command.about), ".\n");
  for (const OptionText& option : command.options) {
    if (option.names.back() != "--help") text += OptionEntry(option);
  }
  return text;
}

std::string Variables(const CommandText& root) {
  std::string text;
  for (const CommandText* command : Flatten(root)) {
    for (const OptionText& option : command->options) {
      if (option.variable.empty()) continue;
      absl::StrAppend(&text, ".TP\n", Bold(option.variable), "\nStands for ",
                      Bold(option.names.back()), " of ", Roff(TypedName(*command)), ".\n");
    }
  }
  return text;
}

}  // namespace

std::string ManPage(const CommandText& root, absl::string_view version) {
  std::string text = absl::StrCat(
      ".\\\" Made by: presencectl man\n.TH PRESENCECTL 1 \"\" \"presences ", version,
      "\" \"User Commands\"\n.SH NAME\npresencectl \\- reads, writes and watches presences\n"
      ".SH SYNOPSIS\n.B presencectl\n[FLAGS] COMMAND [FLAGS] [ARGUMENTS]\n.SH DESCRIPTION\n",
      Roff(root.about),
      "\nThe flags of the next section may stand before or behind the command.\n.SH FLAGS\n");
  for (const OptionText& option : root.options) text += OptionEntry(option);
  absl::StrAppend(&text, ".SH COMMANDS\n");
  for (const CommandText* command : Flatten(root)) {
    if (command->commands.empty()) text += CommandEntry(*command);
  }
  absl::StrAppend(&text, ".SH EXIT STATUS\n");
  for (const ExitCode& code : kExitCodes) {
    absl::StrAppend(&text, ".TP\n", Bold(absl::StrCat(code.code)), "\n", Roff(code.meaning), "\n");
  }
  absl::StrAppend(&text, ".SH ENVIRONMENT\n", Variables(root), ".TP\n", Bold("NO_COLOR"),
                  "\nNo colours, if it is set.\n.TP\n", Bold("TERM"), "\nIf it is ", Bold("dumb"),
                  ", watch prints lines instead of drawing a table.\n");
  return absl::StrCat(text,
                      ".SH SECURITY\nOthers on the machine can see a key or token on the command "
                      "line, but not in the environment.\n");
}

}  // namespace presences::cli
