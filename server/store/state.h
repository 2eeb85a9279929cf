// State: the live records of one project and their indexes, as of one revision.
//
// Reads take the lock for one look-up or one bounded chunk of a scan, never for a whole list, so
// a large list cannot hold up commits. Every scan runs in creation order and says which revision
// it saw: that is what lets a snapshot and the live changes join without a gap (hub/snapshot.h).
//
// Threads: any for const methods; Load and Apply by the committer only. Lock order: committer,
// State (docs/lock-order.md).
// Invariant: every index holds exactly the records of the primary map.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/core/change.h"
#include "server/core/filter.h"
#include "server/core/presence.h"
#include "server/core/rules.h"

namespace presences::store {

// Part of a scan. Records may be past their expiry: readers compare with the clock.
struct ScanChunk {
  std::vector<PresencePtr> records;  // ascending created_revision
  Revision applied = 0;              // the state's revision when the chunk was read
  Revision next_after = 0;           // continue with this `after`
  bool done = false;                 // nothing follows
};

// Which records a scan visits: all, or those that an index lists.
struct ScanPlan {
  std::optional<Attribute> attribute;  // kUserId, kStatus or an indexed kMetadata path
  std::string key;                     // IndexKey of the wanted value
};

class State {
 public:
  explicit State(const ProjectRules& rules);
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  // The record with this id, or null.
  PresencePtr Find(absl::string_view presence_id) const;
  // The records with these ids, all read at one revision; done is true. Ids that name no record
  // are left out.
  ScanChunk Lookup(absl::Span<const std::string> presence_ids) const;
  // The records of a user, in creation order.
  std::vector<PresencePtr> FindByUser(absl::string_view user_id) const;
  std::size_t size() const;
  Revision applied() const;  // newest revision that reads can see

  // At most `max` records created after `after` (0: from the start), in creation order.
  ScanChunk Scan(const ScanPlan& plan, Revision after, std::size_t max) const;
  // How many records the plan visits, without visiting them.
  std::size_t CountOf(const ScanPlan& plan) const;
  // The same where every record of the state is known to live at `now`; nullopt where some may be
  // past their expiry and not removed yet, so that only a visit can tell.
  std::optional<std::size_t> LiveCountOf(const ScanPlan& plan, TimePoint now) const;
  // The distinct values of an indexed attribute (as IndexKey) with their counts, any order; capped
  // at `max` groups. Counts may include records past their expiry that are not removed yet.
  std::vector<std::pair<std::string, std::size_t>> Groups(const Attribute& attribute,
                                                          std::size_t max) const;
  // True when scans by this attribute are possible.
  bool HasIndex(const Attribute& attribute) const;

  // Committer only: fills from the log before anything else runs.
  void Load(PresencePtr record);
  void LoadedUpTo(Revision revision);
  // Committer only: applies changes in order; afterwards reads see them.
  void Apply(absl::Span<const ChangePtr> changes);

  // The ids whose expiry time has passed by `now`, at most `max` of them, in about the order of
  // expiry. Each is named again by a later call only after Rearm, or when written anew.
  std::vector<std::string> TakeExpired(TimePoint now, std::size_t max);
  // Names the ids again at the next TakeExpired after `at` (their expiry could not be logged).
  void Rearm(absl::Span<const std::string> ids, TimePoint at);

  // Approximate bytes of records and indexes.
  std::size_t memory_bytes() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace presences::store
