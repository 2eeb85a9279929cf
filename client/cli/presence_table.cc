#include "client/cli/presence_table.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/duration.h"

namespace presences::cli {
namespace {

bool StartsCodePoint(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

std::size_t Length(absl::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), StartsCodePoint));
}

// The first `length` code points.
absl::string_view Cut(absl::string_view text, std::size_t length) {
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    if (StartsCodePoint(text[end]) && length-- == 0) break;
  }
  return text.substr(0, end);
}

std::string ExpiresText(const client::Presence& presence, TimePoint now) {
  if (presence.expires_at <= now) return "now";
  return absl::StrCat("in ", ShortDuration(presence.expires_at - now));
}

}  // namespace

std::string Printable(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    // C0, DEL, and C1 in its UTF-8 form (C2 80 to C2 9F).
    const bool c1 =
        c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (c1) ++i;
    out.push_back(c < 0x20 || c == 0x7F || c1 ? '?' : text[i]);
  }
  return out;
}

std::vector<std::string> TableLines(const std::vector<Row>& rows, std::size_t width) {
  std::vector<std::size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Length(row[i]));
  }
  std::vector<std::string> lines;
  lines.reserve(rows.size());
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - Length(row[i]) + 2, ' ');
    }
    lines.emplace_back(width == 0 ? absl::string_view(line) : Cut(line, width));
  }
  return lines;
}

Row PresenceHeading() { return {"ID", "USER", "STATUS", "EXPIRES", "UPDATED", "METADATA"}; }

Row PresenceRow(const client::Presence& presence, TimePoint now) {
  return {Printable(presence.id),
          Printable(presence.user_id),
          Printable(presence.status),
          ExpiresText(presence, now),
          absl::StrCat(ShortDuration(now - presence.updated_at), " ago"),
          Printable(presence.metadata)};
}

std::string PresenceFields(const client::Presence& presence, TimePoint now) {
  const std::vector<Row> rows = {
      {"id", Printable(presence.id)},
      {"user", Printable(presence.user_id)},
      {"status", Printable(presence.status)},
      {"metadata", Printable(presence.metadata)},
      {"permissions", Printable(absl::StrJoin(presence.permissions, " "))},
      {"expires",
       absl::StrCat(MomentText(presence.expires_at), " (", ExpiresText(presence, now), ")")},
      {"created", MomentText(presence.created_at)},
      {"updated", MomentText(presence.updated_at)},
      {"source", presence.source},
      {"revision", absl::StrCat(presence.revision)}};
  return absl::StrCat(absl::StrJoin(TableLines(rows, 0), "\n"), "\n");
}

}  // namespace presences::cli
