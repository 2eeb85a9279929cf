// StagedProject: a project as the operations of one group see it.
//
// That is its State, changed by the outcomes that the group has so far and that are not yet
// durable. A record past its expiry does not exist here: looking at it stages its expiry, so the
// order of changes always says that it went before something took its place.
//
// Threads: one at a time (the committing thread).
// Invariant: staged revisions ascend and are never used twice, not even after a failed append.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/core/change.h"
#include "server/core/mutation.h"
#include "server/core/rules.h"
#include "server/store/state.h"

namespace presences::store {

class StagedProject {
 public:
  // `head`: the newest revision that was ever used.
  StagedProject(const ProjectRules& rules, const State& state, Revision head);

  // Forgets the outcomes of the group before: they are in the State now, or failed.
  void Begin(TimePoint now);

  // The record with this id, or null.
  PresencePtr Live(absl::string_view presence_id);
  // The user's oldest record, or null. REQUIRES: a per_user project.
  PresencePtr LiveOf(absl::string_view user_id);
  // Live records and those whose expiry nobody has looked at yet.
  std::int64_t size() const;

  // What the next mutation works with.
  MutationContext context() const { return {now_, last_revision_ + 1, rules_}; }
  const ProjectRules& rules() const { return rules_; }
  // How many records may live; 0: no limit. Any thread may change it.
  std::int64_t max_presences() const { return max_presences_.load(std::memory_order_relaxed); }
  void set_max_presences(std::int64_t limit) {
    max_presences_.store(limit, std::memory_order_relaxed);
  }

  // Adds the outcome of a mutation. REQUIRES: `after`, if any, carries context().revision.
  void Stage(ChangeKind kind, DeleteCause cause, PresencePtr before, PresencePtr after);

  absl::Span<const ChangePtr> changes() const { return changes_; }

 private:
  PresencePtr Find(absl::string_view presence_id) const;

  const ProjectRules& rules_;
  const State& state_;
  std::atomic<std::int64_t> max_presences_;
  Revision last_revision_;
  TimePoint now_;
  std::vector<ChangePtr> changes_;
  // Views into the records of changes_. By id: the newest version, null when gone. By user: ids
  // that became the user's in this group.
  absl::flat_hash_map<absl::string_view, PresencePtr> by_id_;
  absl::flat_hash_map<absl::string_view, absl::InlinedVector<absl::string_view, 1>> by_user_;
  std::int64_t created_ = 0;  // minus removed
};

}  // namespace presences::store
