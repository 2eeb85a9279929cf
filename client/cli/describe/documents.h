// What is written from a CommandText: completions for three shells, the man page, the reference.
//
// Threads: any (pure functions).
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "client/cli/describe/command_text.h"

namespace presences::cli {

std::string BashCompletion(const CommandText& root);
std::string ZshCompletion(const CommandText& root);
std::string FishCompletion(const CommandText& root);

// roff with the man macros, section 1.
std::string ManPage(const CommandText& root, absl::string_view version);
// docs/presencectl.md.
std::string MarkdownReference(const CommandText& root);

}  // namespace presences::cli
