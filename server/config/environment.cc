#include "server/config/environment.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace presences::config {
namespace {

bool IsName(absl::string_view text) {
  return !text.empty() && !absl::ascii_isdigit(static_cast<unsigned char>(text[0])) &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return absl::ascii_isalnum(c) || c == '_'; });
}

}  // namespace

absl::StatusOr<std::string> ReplaceVariables(absl::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t start = text.find("${");
    if (start == absl::string_view::npos) break;
    if (start > 0 && text[start - 1] == '$') {
      absl::StrAppend(&result, text.substr(0, start - 1), "${");
      text.remove_prefix(start + 2);
      continue;
    }
    const std::size_t end = text.find('}', start);
    const absl::string_view name =
        end == absl::string_view::npos ? "" : text.substr(start + 2, end - start - 2);
    if (!IsName(name)) {
      return absl::InvalidArgumentError(
          "`${` must be followed by a variable's name and `}`; write `$${` for a plain `${`");
    }
    const char* value = std::getenv(std::string(name).c_str());
    if (value == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("the environment variable ", name, " is not set"));
    }
    absl::StrAppend(&result, text.substr(0, start), value);
    text.remove_prefix(end + 1);
  }
  return absl::StrCat(result, text);
}

std::string EscapeVariables(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"${", "$${"}});
}

}  // namespace presences::config
