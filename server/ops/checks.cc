#include "server/ops/checks.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace presences::ops {
namespace {

bool WantsAll(absl::string_view query) {
  const std::vector<absl::string_view> words = absl::StrSplit(query, '&');
  return std::any_of(words.begin(), words.end(), [](absl::string_view word) {
    return word == "verbose" || word == "verbose=" || word == "verbose=1" || word == "verbose=true";
  });
}

}  // namespace

bool AllPass(const Checks& checks) {
  return std::all_of(checks.begin(), checks.end(),
                     [](const Check& check) { return check.problem.empty(); });
}

std::string ProblemsOf(const Checks& checks) {
  std::string problems;
  for (const Check& check : checks) {
    if (check.problem.empty()) continue;
    absl::StrAppend(&problems, problems.empty() ? "" : "; ", check.problem);
  }
  return problems;
}

AdminResponse Answer(const Checks& checks, absl::string_view query) {
  const bool passed = AllPass(checks);
  AdminResponse answer;
  answer.status = passed ? 200 : 503;
  for (const Check& check : checks) {
    if (WantsAll(query)) {
      absl::StrAppend(&answer.body, check.problem.empty() ? "[+] " : "[-] ", check.name,
                      check.problem.empty() ? " ok" : " failed: ", check.problem, "\n");
    } else if (!check.problem.empty()) {
      absl::StrAppend(&answer.body, check.problem, "\n");
    }
  }
  if (passed) answer.body += "ok\n";
  return answer;
}

}  // namespace presences::ops
