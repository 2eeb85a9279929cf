// Listing: answers list and count queries from a state, for one caller at one moment.
//
// Picks the index that names the fewest candidates, reads them in bounded chunks of creation
// order, and keeps only what the page needs.
//
// Threads: one at a time; cheap to make, one per call.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "server/core/caller.h"
#include "server/core/query.h"
#include "server/service/presence_service.h"
#include "server/store/state.h"

namespace presences::service {

// The attribute that `group_by` names; nullopt for "". GENERAL_ARGUMENT_INVALID otherwise.
absl::StatusOr<std::optional<Attribute>> GroupAttribute(
    const std::string& group_by, absl::Span<const std::string> indexed_metadata);

class Listing {
 public:
  // References must outlive the listing.
  Listing(const store::State& state, const Caller& caller, TimePoint now);

  absl::StatusOr<ListResult> List(const ListQuery& query, bool want_total) const;
  CountResult Count(const FilterSet& filters, const std::optional<Attribute>& group_by) const;
  // The ids of all matching records.
  std::vector<std::string> Ids(const FilterSet& filters) const;

 private:
  using Visit = std::function<bool(const PresencePtr&)>;  // false: stop

  // Visits the matching, visible records created after `after`, in creation order. `few`: how many
  // visits may be enough.
  void ForEach(const FilterSet& filters, Revision after, std::size_t few, const Visit& visit) const;
  // How many records match and are visible, without a visit, where the indexes know.
  std::optional<std::size_t> CountByIndex(const FilterSet& filters) const;
  bool Shows(const Presence& record) const;
  absl::StatusOr<PresencePtr> Cursor(const ListQuery& query) const;
  void PageInCreationOrder(const ListQuery& query, const Presence* cursor,
                           std::vector<PresencePtr>& page) const;
  void PageSorted(const ListQuery& query, const Presence* cursor,
                  std::vector<PresencePtr>& page) const;
  std::int64_t Total(const FilterSet& filters) const;

  const store::State& state_;
  const Caller& caller_;
  const TimePoint now_;
};

}  // namespace presences::service
