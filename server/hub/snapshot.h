// SnapshotScan: lists what a viewer may see while writes go on, and says which live changes the
// list already contains.
//
// The list is read in chunks of creation order; each chunk notes the revision the state had when
// it was read. So for any record, whose place in creation order never moves, the list is exact as
// of its chunk's revision: a later change must still be told, an earlier one must not. The notes
// form a staircase (one step per chunk), and nothing is remembered per record.
//
// Threads: confined to its session.
#pragma once

#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "server/core/change.h"
#include "server/hub/viewer.h"
#include "server/store/state.h"

namespace presences::hub {

class SnapshotScan {
 public:
  // `viewer` and `state` must outlive the scan.
  SnapshotScan(const Viewer& viewer, const store::State& state);

  // Reads one chunk; answers the records that belong in the snapshot, also those past their
  // expiry: whoever sends them looks at the clock.
  std::vector<PresencePtr> Next();
  bool done() const { return done_; }
  // `record`, answered by Next, was past its expiry and not sent; its end is not told either.
  void LeaveOut(const Presence& record);

  // The revision that the last chunk saw: changes after it are not in the list.
  Revision covered() const { return covered_; }

  // How `change` looks to the viewer who was sent the list: hidden when the list reflects it
  // already. REQUIRES: done(); called once per change, in order.
  ChangeView ViewOf(const Change& change);
  // True once changes later than covered() look as they do to any other viewer.
  bool settled() const { return left_out_.empty(); }

 private:
  struct Step {
    Revision created_up_to;  // records created up to here ...
    Revision applied;        // ... were read at this revision
  };

  void ChoosePlan();
  store::ScanChunk ReadChunk() const;

  const Viewer& viewer_;
  const store::State& state_;
  store::ScanPlan plan_;
  Revision after_ = 0;
  Revision covered_ = 0;
  bool done_ = false;
  std::vector<Step> steps_;
  absl::flat_hash_set<std::string> left_out_;  // ids of which the viewer was not told
};

}  // namespace presences::hub
