// PresenceView: the records a subscriber may see, kept from its events.
//
// Between a reset and the next `current` the view keeps what it had, marked stale: an application
// that shows it has people flicker neither off nor on. At `current` what the server did not name
// again is dropped, and the view is exactly what the server promises.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "client/stream_event.h"

namespace presences::client {

class PresenceView {
 public:
  // Applies one event. Answers what the view lost without being told by a change: the records
  // that were not named between a reset and this `current`.
  std::vector<Presence> Apply(const StreamEvent& event);

  // True from the first `current` on, except between a reset and its `current`.
  bool is_current() const { return current_; }
  std::size_t size() const { return entries_.size(); }
  // nullptr: not in view.
  const Presence* Find(const std::string& id) const;
  // All records, by id.
  std::vector<Presence> Records() const;

 private:
  struct Entry {
    Presence presence;
    bool stale = false;
  };

  void Apply(const Change& change);
  std::vector<Presence> DropStale();

  std::map<std::string, Entry> entries_;
  bool current_ = false;
};

}  // namespace presences::client
