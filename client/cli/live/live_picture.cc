#include "client/cli/live/live_picture.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cli/duration.h"
#include "client/cli/presence_table.h"
#include "client/cli/text_width.h"

namespace presences::cli {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kFrame = 4;  // lines that are no rows: state, statuses, heading, keys
constexpr std::chrono::seconds kSilence{25};  // a heartbeat comes every 15 s
constexpr std::chrono::seconds kSoon{10};
constexpr std::size_t kStatusesShown = 4;
// A long id or status takes no more than this from the others.
constexpr std::array<std::size_t, 6> kWidest = {36, 24, 24, 12, 12, 10'000};

Style StyleOf(LiveTable::Mark mark) {
  switch (mark) {
    case LiveTable::Mark::kNew:
      return Style::kNew;
    case LiveTable::Mark::kChanged:
      return Style::kChanged;
    case LiveTable::Mark::kGone:
      return Style::kGone;
    case LiveTable::Mark::kNone:
      return Style::kPlain;
  }
  return Style::kPlain;
}

Span StateSpan(const LiveTable& table, MonotonicTime now) {
  const auto ago = [&](MonotonicTime then) {
    return std::chrono::duration_cast<milliseconds>(now - then);
  };
  switch (table.state()) {
    case LiveTable::State::kConnecting:
      return {"connecting", Style::kTrouble};
    case LiveTable::State::kLoading:
      return {"loading", Style::kChanged};
    case LiveTable::State::kReconnecting: {
      const milliseconds wait = -ago(table.next_attempt());
      const std::string when =
          wait.count() > 0 ? absl::StrCat("reconnecting in ", wait.count(), " ms") : "reconnecting";
      return {absl::StrCat(when, ": ", Printable(table.trouble())), Style::kTrouble};
    }
    case LiveTable::State::kLive:
      break;
  }
  if (now - table.heard_at() < kSilence) return {"live", Style::kNew};
  return {absl::StrCat("silent for ", ShortDuration(ago(table.heard_at()))), Style::kTrouble};
}

Line StateLine(const LiveTable& table, const std::string& place, MonotonicTime now) {
  std::string counts =
      absl::StrCat("  ", table.present(), " present  ", table.changes(), " changes");
  if (table.changes() > 0) absl::StrAppend(&counts, "  lag ", table.lag().count(), " ms");
  if (table.reconnects() > 0) absl::StrAppend(&counts, "  ", table.reconnects(), " reconnects");
  return {StateSpan(table, now), {counts, Style::kPlain}, {"  " + place, Style::kQuiet}};
}

Line StatusLine(const LiveTable& table) {
  using Entry = std::pair<std::size_t, std::string>;
  std::vector<Entry> all;
  for (const auto& [status, count] : table.statuses()) all.emplace_back(count, status);
  const std::size_t shown = std::min(all.size(), kStatusesShown);
  std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(shown), all.end(),
                    [](const Entry& a, const Entry& b) {
                      return a.first != b.first ? a.first > b.first : a.second < b.second;
                    });
  std::string text;
  for (std::size_t i = 0; i < shown; ++i) {
    absl::StrAppend(&text, i == 0 ? "" : "  ", Fitted(Printable(all[i].second), kWidest[2]), " ",
                    all[i].first);
  }
  if (shown < all.size()) absl::StrAppend(&text, "  and ", all.size() - shown, " more statuses");
  return {{text, Style::kQuiet}};
}

struct Shown {
  Row cells;
  Style style;
  bool soon;  // its time is almost over
};

Shown ShownRow(const LiveTable::Row& row, TimePoint wall) {
  Shown shown{PresenceRow(row.presence, wall), StyleOf(row.mark), false};
  if (row.mark == LiveTable::Mark::kGone) {
    shown.cells[3] = row.cause;
  } else {
    shown.soon = row.presence.expires_at - wall < kSoon;
  }
  return shown;
}

// The heading and the rows, each cell as wide as the widest that is shown.
std::vector<Line> TablePart(const std::vector<Shown>& rows) {
  std::array<std::size_t, kWidest.size()> widths{};
  for (const Shown& row : rows) {
    for (std::size_t i = 0; i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], std::min(kWidest[i], Width(row.cells[i])));
    }
  }
  std::vector<Line> lines;
  for (const Shown& row : rows) {
    Line line;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      std::string cell = Fitted(row.cells[i], widths[i]);
      if (i + 1 < widths.size()) cell.append(widths[i] - Width(cell) + 2, ' ');
      const bool soon = row.soon && i == 3 && row.style == Style::kPlain;
      line.push_back({std::move(cell), soon ? Style::kSoon : row.style});
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string KeysText(std::size_t top, std::size_t shown, std::size_t all) {
  if (shown == all) return "q quits";
  return absl::StrCat("rows ", top + 1, "-", top + shown, " of ", all,
                      "  arrows, PgUp, PgDn, Home, End scroll, q quits");
}

}  // namespace

LivePicture::LivePicture(std::string place) : place_(Printable(place)) {}

bool LivePicture::Press(Key key) {
  const auto back = [this](std::size_t by) { top_ -= std::min(top_, by); };
  switch (key) {
    case Key::kQuit:
      return false;
    case Key::kUp:
      back(1);
      break;
    case Key::kDown:
      ++top_;
      break;
    case Key::kPageUp:
      back(room_);
      break;
    case Key::kPageDown:
      top_ += room_;
      break;
    case Key::kHome:
      top_ = 0;
      break;
    case Key::kEnd:
      top_ = static_cast<std::size_t>(-1) / 2;  // the next picture knows where it ends
      break;
  }
  return true;
}

std::vector<Line> LivePicture::Draw(const LiveTable& table, ScreenSize size, MonotonicTime now,
                                    TimePoint wall) {
  const auto& all = table.rows();
  room_ = size.height > kFrame ? size.height - kFrame : 1;
  top_ = std::min(top_, all.size() > room_ ? all.size() - room_ : 0);
  std::vector<Shown> rows = {{PresenceHeading(), Style::kHeading, false}};
  auto row = std::next(all.begin(), static_cast<std::ptrdiff_t>(top_));
  for (std::size_t i = 0; i < room_ && row != all.end(); ++i, ++row) {
    rows.push_back(ShownRow(row->second, wall));
  }
  std::vector<Line> picture = {StateLine(table, place_, now), StatusLine(table)};
  for (Line& line : TablePart(rows)) picture.push_back(std::move(line));
  while (picture.size() + 1 < size.height) picture.emplace_back();
  picture.push_back({{KeysText(top_, rows.size() - 1, all.size()), Style::kQuiet}});
  return picture;
}

}  // namespace presences::cli
