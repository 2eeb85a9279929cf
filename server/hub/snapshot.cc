#include "server/hub/snapshot.h"

#include <algorithm>
#include <limits>

namespace presences::hub {
namespace {

constexpr std::size_t kChunk = 1024;  // records per hold of the state's lock
constexpr Revision kAllCreated = std::numeric_limits<Revision>::max();

}  // namespace

SnapshotScan::SnapshotScan(const Viewer& viewer, const store::State& state)
    : viewer_(viewer), state_(state) {
  ChoosePlan();
}

void SnapshotScan::ChoosePlan() {
  std::size_t best = std::numeric_limits<std::size_t>::max();
  for (const IndexableEquality& equality : viewer_.filters.Equalities()) {
    if (equality.values.size() != 1 || !state_.HasIndex(equality.attribute)) continue;
    store::ScanPlan plan{equality.attribute, equality.values[0]};
    const std::size_t count = state_.CountOf(plan);
    if (count < best) {
      best = count;
      plan_ = std::move(plan);
    }
  }
}

store::ScanChunk SnapshotScan::ReadChunk() const {
  if (viewer_.channels.covers_all_records()) return state_.Scan(plan_, after_, kChunk);
  return state_.Lookup(viewer_.channels.record_ids());
}

std::vector<PresencePtr> SnapshotScan::Next() {
  const store::ScanChunk chunk = ReadChunk();
  std::vector<PresencePtr> visible;
  for (const PresencePtr& record : chunk.records) {
    if (viewer_.InSnapshot(*record)) visible.push_back(record);
  }
  after_ = chunk.next_after;
  covered_ = chunk.applied;
  done_ = chunk.done;
  steps_.push_back({done_ ? kAllCreated : after_, chunk.applied});
  return visible;
}

void SnapshotScan::LeaveOut(const Presence& record) { left_out_.emplace(record.id()); }

ChangeView SnapshotScan::ViewOf(const Change& change) {
  const Revision created = change.record().created_revision();
  const auto step =
      std::lower_bound(steps_.begin(), steps_.end(), created,
                       [](const Step& s, Revision revision) { return s.created_up_to < revision; });
  if (change.revision() <= step->applied) return ChangeView::kHidden;
  const auto found = left_out_.find(change.record().id());
  if (found == left_out_.end()) return viewer_.ViewOf(change);
  // It was never shown, so its end is not told. Refreshed by a commit that had read the clock
  // before the expiry, it is shown although nothing but its times changed.
  left_out_.erase(found);
  return viewer_.FirstViewOf(change);
}

}  // namespace presences::hub
