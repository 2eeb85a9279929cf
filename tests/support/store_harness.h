// Store harness: records, writes and listeners as the tests of the store need them.
//
// Threads: as each class says.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/base/mutex.h"
#include "server/store/committer.h"
#include "server/store/write.h"

namespace presences::testing {

inline constexpr TimePoint kEpoch2030{std::chrono::milliseconds(1'893'456'000'000)};

// A record; set what matters to the test.
struct RecordSpec {
  std::string id = "p1";
  std::string user = "u1";
  std::string status = "online";
  std::string metadata = "{}";
  TimePoint expires_at = kEpoch2030 + std::chrono::seconds(90);
  Revision revision = 1;
  Revision created_revision = 1;
};

inline PresencePtr MakeRecord(const RecordSpec& spec) {
  PresenceFields fields;
  fields.id = spec.id;
  fields.user_id = spec.user;
  fields.status = spec.status;
  fields.metadata = spec.metadata;
  fields.created_at = fields.updated_at = kEpoch2030;
  fields.expires_at = spec.expires_at;
  fields.revision = spec.revision;
  fields.created_revision = spec.created_revision;
  return Presence::Make(fields);
}

// Where the results of submitted writes arrive. Threads: any.
class Inbox {
 public:
  using Results = std::vector<absl::StatusOr<PresencePtr>>;

  // A write whose results go to place `index` of this inbox.
  std::unique_ptr<store::Write> MakeWrite(std::size_t index) {
    MutexLock lock(mutex_);
    if (results_.size() <= index) results_.resize(index + 1);
    return std::make_unique<InboxWrite>(*this, index);
  }
  // Waits for the write of place `index`.
  Results Await(std::size_t index) {
    MutexLock lock(mutex_);
    while (results_[index].empty()) cv_.Wait(lock);
    return results_[index];
  }
  bool Has(std::size_t index) {
    MutexLock lock(mutex_);
    return !results_[index].empty();
  }
  // Places in the order in which their writes were done.
  std::vector<std::size_t> order() {
    MutexLock lock(mutex_);
    return order_;
  }

 private:
  class InboxWrite final : public store::Write {
   public:
    InboxWrite(Inbox& inbox, std::size_t index) : inbox_(inbox), index_(index) {}
    void Done() override {
      {
        MutexLock lock(inbox_.mutex_);
        inbox_.results_[index_] = std::move(results);
        inbox_.order_.push_back(index_);
        inbox_.cv_.NotifyAll();
      }
      delete this;
    }

   private:
    Inbox& inbox_;
    const std::size_t index_;
  };

  Mutex mutex_;
  CondVar cv_;
  std::vector<Results> results_ GUARDED_BY(mutex_);
  std::vector<std::size_t> order_ GUARDED_BY(mutex_);
};

inline Caller KeyCaller() {
  Caller caller;
  caller.roles = KeyRoles();
  caller.privileged = true;
  return caller;
}

inline Caller UserCaller(const std::string& user) {
  Caller caller;
  caller.user_id = user;
  caller.roles = UserRoles(UserFacts{user, true, {}, {}});
  return caller;
}

inline UpsertInput UpsertOf(const std::string& id, const std::string& status = "online") {
  UpsertInput input;
  input.presence_id = id;
  input.status = status;
  return input;
}

// Submits one operation and waits for its result.
inline absl::StatusOr<PresencePtr> Commit(store::Committer& committer, const Caller& caller,
                                          store::Operation operation, std::uint32_t project = 0) {
  Inbox inbox;
  std::unique_ptr<store::Write> write = inbox.MakeWrite(0);
  write->project = project;
  write->caller = caller;
  write->operations.push_back(std::move(operation));
  committer.Submit(std::move(write));
  return inbox.Await(0)[0];
}

// Keeps every published change. Threads: any.
class RecordingListener final : public store::ChangeListener {
 public:
  void OnChanges(std::uint32_t, absl::Span<const ChangePtr> changes) override {
    MutexLock lock(mutex_);
    changes_.insert(changes_.end(), changes.begin(), changes.end());
    cv_.NotifyAll();
  }
  std::vector<ChangePtr> changes() const {
    MutexLock lock(mutex_);
    return changes_;
  }
  // Waits until at least `count` changes were published.
  std::vector<ChangePtr> Await(std::size_t count) {
    MutexLock lock(mutex_);
    while (changes_.size() < count) cv_.Wait(lock);
    return changes_;
  }

 private:
  mutable Mutex mutex_;
  CondVar cv_;
  std::vector<ChangePtr> changes_ GUARDED_BY(mutex_);
};

}  // namespace presences::testing
