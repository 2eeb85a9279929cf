#include "client/cli/presence_table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/duration.h"
#include "client/cli/presence_json.h"
#include "client/cli/text_width.h"

namespace presences::cli {

std::string ExpiresText(const client::Presence& presence, TimePoint now) {
  if (presence.expires_at <= now) return "now";
  return absl::StrCat("in ", ShortDuration(presence.expires_at - now));
}

std::vector<std::string> TableLines(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Width(row[i]));
  }
  std::vector<std::string> lines;
  lines.reserve(rows.size());
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - Width(row[i]) + 2, ' ');
    }
    lines.push_back(std::move(line));
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
  return absl::StrCat(absl::StrJoin(TableLines(rows), "\n"), "\n");
}

std::string EventLines(const client::StreamEvent& event, TimePoint now) {
  using Kind = client::StreamEvent::Kind;
  if (event.kind == Kind::kReset) return "the state follows\n";
  if (event.kind == Kind::kCurrent) return "the state is complete\n";
  if (event.kind == Kind::kGoingAway) return "the server stops; looking for another\n";
  std::string lines;
  for (const client::Change& change : event.changes) {
    const Row row = PresenceRow(change.presence, now);
    const bool left = change.delete_cause == client::DeleteCause::kConnection;
    absl::StrAppend(&lines, MomentText(change.time), " ", Name(change.type),
                    left ? " (its connection ended)" : "", " ", row[0], " of ", row[1], ": ",
                    row[2], ", ends ", row[3], " ", row[5], "\n");
  }
  return lines;
}

}  // namespace presences::cli
