#include "server/config/error_list.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/core/json.h"

namespace presences::config {
namespace {

// Insertions, deletions and replacements that turn one word into the other.
std::size_t EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

// An error is one line that any terminal shows, whatever the file holds.
void MakePrintable(std::string& text) {
  const bool is_utf8 = IsUtf8(text);
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_iscntrl(byte) || (byte >= 0x80 && !is_utf8)) c = '?';
  }
}

}  // namespace

void ErrorList::Add(int line, absl::string_view path, absl::string_view rule_and_fix) {
  std::string text = filename_;
  if (line > 0) absl::StrAppend(&text, ":", line);
  absl::StrAppend(&text, ": ", path, path.empty() ? "" : ": ", rule_and_fix);
  MakePrintable(text);
  errors_.push_back({line, std::move(text)});
}

absl::Status ErrorList::ToStatus() const {
  if (errors_.empty()) return absl::OkStatus();
  std::vector<Error> sorted = errors_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Error& a, const Error& b) { return a.line < b.line; });
  return absl::InvalidArgumentError(
      absl::StrJoin(sorted, "\n", [](std::string* out, const Error& e) { *out += e.text; }));
}

std::string Nearest(absl::string_view word, absl::Span<const std::string> candidates) {
  constexpr std::size_t kMaxWord = 64;  // longer ones are no slip of the finger
  if (word.size() > kMaxWord) return "";
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = EditDistance(word, candidate);
    if (distance < best_distance && distance < candidate.size()) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace presences::config
