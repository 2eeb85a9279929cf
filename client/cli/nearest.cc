#include "client/cli/nearest.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"

namespace presences::cli {
namespace {

std::string Plain(absl::string_view word) {
  word.remove_prefix(std::min(word.find_first_not_of('-'), word.size()));
  return absl::StrReplaceAll(word, {{"-", "_"}});
}

}  // namespace

std::size_t Distance(absl::string_view first, absl::string_view second) {
  const std::string a = Plain(first);
  const std::string b = Plain(second);
  // Rows of the usual table: two letters ago, one letter ago, now.
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

std::string Nearest(absl::string_view word, const std::vector<std::string>& words) {
  std::string nearest;
  std::size_t least = 1 + Plain(word).size() / 3;  // farther than that is no slip of a finger
  for (const std::string& each : words) {
    const bool begins = Plain(word).size() >= 2 && absl::StartsWith(Plain(each), Plain(word));
    const std::size_t distance = begins ? 1 : Distance(word, each);
    if (distance > least || (distance == least && !nearest.empty())) continue;
    least = distance;
    nearest = each;
  }
  return nearest;
}

}  // namespace presences::cli
