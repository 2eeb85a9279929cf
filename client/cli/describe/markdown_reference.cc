#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "client/cli/describe/documents.h"
#include "client/cli/exit_codes.h"

namespace presences::cli {
namespace {

constexpr char kHead[] = R"(# presencectl

Written by `presencectl man --format=markdown`; do not edit. A test compares.

)";

std::string Cell(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"|", "\\|"}, {"<", "&lt;"}, {"*=", "\\*="}});
}

std::string Row(const OptionText& option) {
  std::string about = Cell(option.about);
  if (!option.choices.empty()) {
    absl::StrAppend(&about, ". One of `", absl::StrJoin(option.choices, "`, `"), "`");
  }
  if (!option.fallback.empty()) absl::StrAppend(&about, ". Default: `", option.fallback, "`");
  if (!option.variable.empty()) absl::StrAppend(&about, ". Also from `", option.variable, "`");
  if (option.required) absl::StrAppend(&about, ". Required");
  const bool valued = !option.positional && !option.value.empty();
  return absl::StrCat("| `", absl::StrJoin(option.names, "`, `"), valued ? "=" : "",
                      valued ? option.value : "", "` | ", about, " |\n");
}

std::string Table(const CommandText& command) {
  std::string rows;
  for (const OptionText& option : command.options) {
    if (command.path.empty() || option.names.back() != "--help") rows += Row(option);
  }
  return rows.empty() ? "" : absl::StrCat("\n| flag | |\n| --- | --- |\n", rows);
}

}  // namespace

std::string MarkdownReference(const CommandText& root) {
  std::string text = absl::StrCat(kHead, root.about, "\n\n");
  absl::StrAppend(&text, "These flags may stand before or behind every command:\n", Table(root));
  for (const CommandText* command : Flatten(root)) {
    if (!command->commands.empty()) continue;
    absl::StrAppend(&text, "\n## ", absl::StrJoin(command->path, " "), "\n\n`", Usage(*command),
                    "`\n\n", Cell(command->about), ".\n", Table(*command));
  }
  absl::StrAppend(&text, "\n## Exit codes\n\n| code | |\n| --- | --- |\n");
  for (const ExitCode& code : kExitCodes) {
    absl::StrAppend(&text, "| ", code.code, " | ", code.meaning, " |\n");
  }
  return text;
}

}  // namespace presences::cli
