#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/describe/documents.h"

namespace presences::cli {
namespace {

// What the function does before and behind the tables. COMP_WORDS has --flag=value as three words.
constexpr char kHead[] = R"(# bash completion of presencectl, made by: presencectl completion bash
_presencectl() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} lead= path= word i
  local words= flags= files=
  if [[ $cur == --*=* ]]; then
    prev=${cur%%=*} cur=${cur#*=} lead=$prev=
  elif [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  COMPREPLY=()
)";
constexpr char kTail[] = R"(
  if [[ -n $files && $cur != -* ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
    compopt -o filenames 2>/dev/null
    return
  fi
  [[ $cur == -* || -z $words ]] && words=$flags
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
  [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
  COMPREPLY=("${COMPREPLY[@]/#/$lead}")
}
complete -F _presencectl presencectl
)";

// " token mint"; empty for the root.
std::string PathOf(const CommandText& command) {
  return absl::StrCat(command.path.empty() ? "" : " ", absl::StrJoin(command.path, " "));
}

// Walks the words before the cursor: which command is being written?
std::string PathLoop(const std::vector<const CommandText*>& all) {
  std::set<std::string> valued;
  std::string commands;
  for (const CommandText* command : all) {
    for (const OptionText& option : command->options) {
      if (!option.positional && !option.value.empty()) {
        valued.insert(option.names.begin(), option.names.end());
      }
    }
    if (command->path.empty()) continue;
    absl::StrAppend(&commands, "      '", PathOf(*command), "') path+=\" $word\" ;;\n");
  }
  return absl::StrCat(
      "  for ((i = 1; i < COMP_CWORD; ++i)); do\n    word=${COMP_WORDS[i]}\n    case $word in\n"
      "      ",
      absl::StrJoin(valued, " | "),
      ")\n        [[ ${COMP_WORDS[i + 1]} == = ]] && ((++i))\n        ((++i))\n        continue\n"
      "        ;;\n    esac\n    case \"$path $word\" in\n",
      commands, "    esac\n  done\n");
}

std::string ValueCase(const CommandText& command, const OptionText& option) {
  std::string patterns;
  for (const std::string& name : option.names) {
    absl::StrAppend(&patterns, patterns.empty() ? "" : " | ", command.path.empty() ? "*" : "", "'",
                    PathOf(command), " ", name, "'");
  }
  if (!option.choices.empty()) {
    return absl::StrCat("    ", patterns, ") words='", absl::StrJoin(option.choices, " "),
                        "' ;;\n");
  }
  return absl::StrCat("    ", patterns, ") ", option.value == "FILE" ? "files=1" : "return",
                      " ;;\n");
}

// The value of the flag before the cursor.
std::string Values(const std::vector<const CommandText*>& all) {
  std::string cases;
  // The root's last: its patterns fit behind every command.
  for (auto command = all.rbegin(); command != all.rend(); ++command) {
    for (const OptionText& option : (*command)->options) {
      if (!option.positional && !option.value.empty()) cases += ValueCase(**command, option);
    }
  }
  return absl::StrCat("  case \"$path $prev\" in\n", cases, "    *)\n");
}

std::string FlagWords(const CommandText& command) {
  std::string words;
  for (const OptionText& option : command.options) {
    if (option.positional) continue;
    absl::StrAppend(&words, words.empty() ? "" : " ", option.names.back(),
                    option.value.empty() ? "" : "=");
  }
  return words;
}

// What may stand at the cursor when it is not a flag's value.
std::string Words(const CommandText& root, const std::vector<const CommandText*>& all) {
  std::string cases;
  for (const CommandText* command : all) {
    std::vector<std::string> words;
    bool files = false;
    for (const CommandText& below : command->commands) words.push_back(below.path.back());
    for (const OptionText& option : command->options) {
      if (!option.positional) continue;
      words.insert(words.end(), option.choices.begin(), option.choices.end());
      files = files || option.value == "FILE";
    }
    std::string flags = FlagWords(*command);
    if (!command->path.empty()) absl::StrAppend(&flags, flags.empty() ? "" : " ", FlagWords(root));
    absl::StrAppend(&cases, "        '", PathOf(*command), "') words='", absl::StrJoin(words, " "),
                    "' flags='", flags, "'", files ? " files=1" : "", " ;;\n");
  }
  return absl::StrCat("      case $path in\n", cases, "      esac\n      ;;\n  esac");
}

}  // namespace

std::string BashCompletion(const CommandText& root) {
  const std::vector<const CommandText*> all = Flatten(root);
  return absl::StrCat(kHead, PathLoop(all), Values(all), Words(root, all), kTail);
}

}  // namespace presences::cli
