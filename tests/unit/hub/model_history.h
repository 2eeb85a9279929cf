// History: everything that was ever committed, in order; what the model judges streams by.
//
// Threads: any.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "server/base/check.h"
#include "server/base/mutex.h"
#include "server/hub/hub.h"
#include "server/store/committer.h"

namespace presences::hub {

class History final : public store::ChangeListener {
 public:
  // Passes changes on, once it has them.
  void ForwardTo(Hub* hub) { hub_ = hub; }

  void OnChanges(std::uint32_t project, absl::Span<const ChangePtr> changes) override {
    {
      MutexLock lock(mutex_);
      changes_.insert(changes_.end(), changes.begin(), changes.end());
      // The memory log never fails, so there are no gaps.
      PRESENCES_CHECK(changes_.back()->revision() == static_cast<Revision>(changes_.size()));
      cv_.NotifyAll();
    }
    hub_->OnChanges(project, changes);
  }

  // The changes in (after, up_to]. REQUIRES: they exist. Waits for those that the state shows
  // already and the listener is about to hear of.
  std::vector<ChangePtr> Between(Revision after, Revision up_to) const {
    MutexLock lock(mutex_);
    for (int i = 0; up_to > static_cast<Revision>(changes_.size()); ++i) {
      PRESENCES_CHECK(i < 5000);
      cv_.WaitFor(lock, std::chrono::milliseconds(1));
    }
    if (after >= up_to) return {};
    return {changes_.begin() + after, changes_.begin() + up_to};
  }
  ChangePtr At(Revision revision) const { return Between(revision - 1, revision).front(); }

  // The records as they were at `revision`.
  std::map<std::string, PresencePtr> RecordsAt(Revision revision) const {
    std::map<std::string, PresencePtr> records;
    for (const ChangePtr& change : Between(0, revision)) {
      const std::string id(change->record().id());
      if (change->after()) {
        records[id] = change->after();
      } else {
        records.erase(id);
      }
    }
    return records;
  }

 private:
  Hub* hub_ = nullptr;
  mutable Mutex mutex_;
  mutable CondVar cv_;
  std::vector<ChangePtr> changes_ GUARDED_BY(mutex_);
};

}  // namespace presences::hub
