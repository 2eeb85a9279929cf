#include "client/presence_view.h"

#include <utility>

namespace presences::client {

std::vector<Presence> PresenceView::Apply(const StreamEvent& event) {
  switch (event.kind) {
    case StreamEvent::Kind::kReset:
      current_ = false;
      for (auto& [id, entry] : entries_) entry.stale = true;
      break;
    case StreamEvent::Kind::kChanges:
      for (const Change& change : event.changes) Apply(change);
      break;
    case StreamEvent::Kind::kCurrent:
      current_ = true;
      return DropStale();
    case StreamEvent::Kind::kHeartbeat:
    case StreamEvent::Kind::kGoingAway:
      break;
  }
  return {};
}

void PresenceView::Apply(const Change& change) {
  if (Leaves(change.type)) {
    entries_.erase(change.presence.id);
  } else {
    entries_[change.presence.id] = {change.presence, false};
  }
}

std::vector<Presence> PresenceView::DropStale() {
  std::vector<Presence> dropped;
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    if (entry->second.stale) {
      dropped.push_back(std::move(entry->second.presence));
      entry = entries_.erase(entry);
    } else {
      ++entry;
    }
  }
  return dropped;
}

const Presence* PresenceView::Find(const std::string& id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second.presence;
}

std::vector<Presence> PresenceView::Records() const {
  std::vector<Presence> records;
  records.reserve(entries_.size());
  for (const auto& [id, entry] : entries_) records.push_back(entry.presence);
  return records;
}

}  // namespace presences::client
