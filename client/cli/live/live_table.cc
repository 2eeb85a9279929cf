#include "client/cli/live/live_table.h"

#include <algorithm>

namespace presences::cli {
namespace {

using client::ChangeType;
using client::StreamEvent;

std::string CauseOf(const client::Change& change) {
  switch (change.type) {
    case ChangeType::kExpired:
      return "expired";
    case ChangeType::kRemoved:
      return "hidden";
    default:
      return change.delete_cause == client::DeleteCause::kConnection ? "left" : "deleted";
  }
}

}  // namespace

void LiveTable::Apply(const StreamEvent& event, MonotonicTime now, TimePoint wall) {
  heard_at_ = now;
  if (state_ == State::kConnecting) state_ = State::kLoading;
  // A stream that goes on where it stood brings no new `current`.
  if (state_ == State::kReconnecting) state_ = State::kLive;
  switch (event.kind) {
    case StreamEvent::Kind::kReset:
      state_ = State::kLoading;
      for (auto& [id, row] : rows_) row.stale = true;
      break;
    case StreamEvent::Kind::kChanges:
      for (const client::Change& change : event.changes) Apply(change, now);
      if (state_ == State::kLive && !event.changes.empty()) {
        lag_ = std::max(std::chrono::milliseconds(0), wall - event.changes.back().time);
      }
      break;
    case StreamEvent::Kind::kCurrent:
      state_ = State::kLive;
      marking_ = true;
      for (auto& [id, row] : rows_) {
        if (row.stale && row.mark != Mark::kGone) Go(row, "unseen", now);
      }
      break;
    case StreamEvent::Kind::kHeartbeat:
    case StreamEvent::Kind::kGoingAway:
      break;
  }
}

void LiveTable::Reconnecting(const absl::Status& why, std::chrono::milliseconds wait,
                             MonotonicTime now) {
  state_ = State::kReconnecting;
  ++reconnects_;
  trouble_ = std::string(why.message());
  next_attempt_ = now + wait;
}

void LiveTable::Apply(const client::Change& change, MonotonicTime now) {
  if (state_ == State::kLive) ++changes_;
  if (!client::Leaves(change.type)) return Arrive(change, now);
  const auto row = rows_.find(change.presence.id);
  if (row != rows_.end() && row->second.mark != Mark::kGone) Go(row->second, CauseOf(change), now);
}

void LiveTable::Arrive(const client::Change& change, MonotonicTime now) {
  Row& row = rows_[change.presence.id];
  const bool was_gone = row.mark == Mark::kGone;
  const bool is_new = was_gone || row.presence.id.empty();
  if (was_gone) --gone_;
  if (!is_new) Count(row.presence.status, -1);
  // What a reset repeats has not changed.
  const bool same = !is_new && row.presence == change.presence;
  row.presence = change.presence;
  row.stale = false;
  row.cause.clear();
  Count(row.presence.status, 1);
  if (marking_ && !same) {
    MarkRow(row, is_new ? Mark::kNew : Mark::kChanged, now);
  } else if (is_new) {
    row.mark = Mark::kNone;
  }
}

void LiveTable::Go(Row& row, std::string cause, MonotonicTime now) {
  Count(row.presence.status, -1);
  ++gone_;
  row.cause = std::move(cause);
  MarkRow(row, Mark::kGone, now);
}

void LiveTable::Count(const std::string& status, int by) {
  const auto entry = statuses_.try_emplace(status, 0).first;
  entry->second += static_cast<std::size_t>(by);
  if (entry->second == 0) statuses_.erase(entry);
}

void LiveTable::MarkRow(Row& row, Mark mark, MonotonicTime now) {
  row.mark = mark;
  row.marked_at = now;
  marks_.emplace_back(now, row.presence.id);
}

void LiveTable::Tick(MonotonicTime now) {
  while (!marks_.empty() && now - marks_.front().first >= kMarked) {
    const auto row = rows_.find(marks_.front().second);
    // A newer mark has an entry of its own.
    if (row != rows_.end() && row->second.marked_at == marks_.front().first) {
      if (row->second.mark == Mark::kGone) {
        --gone_;
        rows_.erase(row);
      } else {
        row->second.mark = Mark::kNone;
      }
    }
    marks_.pop_front();
  }
}

}  // namespace presences::cli
