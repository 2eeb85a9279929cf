#include "client/cli/output.h"

#include "absl/strings/str_cat.h"
#include "client/cli/presence_json.h"
#include "client/cli/presence_table.h"
#include "client/cli/text_width.h"

namespace presences::cli {
namespace {

void PrintTable(const Session& session, const std::vector<Row>& rows) {
  for (const std::string& line : TableLines(rows)) session.out() << line << "\n";
}

}  // namespace

void Show(const Session& session, const client::Presence& presence) {
  if (session.json()) {
    session.out() << ToJson(presence) << "\n";
  } else {
    session.out() << PresenceFields(presence, session.clock().Now());
  }
}

void Show(const Session& session, const client::PresenceList& list) {
  if (session.json()) {
    session.out() << ToJson(list) << "\n";
    return;
  }
  std::vector<Row> rows = {PresenceHeading()};
  for (const client::Presence& presence : list.presences) {
    rows.push_back(PresenceRow(presence, session.clock().Now()));
  }
  PrintTable(session, rows);
  session.out() << list.presences.size() << " of " << list.total << "\n";
}

void Show(const Session& session, const client::PresenceCount& count) {
  if (session.json()) {
    session.out() << ToJson(count) << "\n";
    return;
  }
  std::vector<Row> rows;
  for (const auto& group : count.groups) {
    rows.push_back({Printable(group.value), absl::StrCat(group.count)});
  }
  PrintTable(session, rows);
  session.out() << count.total << " in all\n";
}

}  // namespace presences::cli
