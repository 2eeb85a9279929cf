// Topic: one project's live side: the ring, who waits on it, and what was encoded from it.
//
// A session waits here only when it has read everything; a change takes out of the waiting those
// it concerns. Sessions that follow single records wait under those ids and are not woken by
// others, so ten thousand watchers of ten thousand records cost a change one wake-up.
//
// Threads: any. Lock order: Audience, Topic; nothing is taken while it is held.
// Invariant: a waiting session has missed no change that concerns it.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "server/base/mutex.h"
#include "server/hub/audience.h"
#include "server/hub/ring.h"
#include "server/store/log.h"
#include "server/store/state.h"

namespace presences::hub {

class Session;
using SessionPtr = std::shared_ptr<Session>;

class Topic {
 public:
  Topic(std::string project, const store::State& state, store::LogHead head,
        ChangeRing::Limits limits);

  const std::string& project() const { return project_; }
  const store::State& state() const { return state_; }
  std::uint64_t epoch() const { return epoch_; }
  Revision head() const { return head_.load(std::memory_order_acquire); }
  Revision floor() const;

  // Appends, and answers the waiting sessions that the changes concern; they wait no more.
  std::vector<SessionPtr> Append(absl::Span<const ChangePtr> changes);

  // Changes later than `cursor`, at most `max`; nullopt when the cursor is below the floor.
  std::optional<std::vector<ChangePtr>> After(Revision cursor, std::size_t max) const;

  // Lets `session` wait, unless there is something after its cursor or it is closed: then false.
  // `any_change`: every change wakes it, even if it follows single records.
  bool Park(const SessionPtr& session, bool any_change);
  // Ends the wait and moves the cursor to the head; false when it was not waiting.
  bool Unpark(Session& session);

  void Add(const SessionPtr& session);
  // False when it was removed before.
  bool Remove(Session& session);
  std::vector<SessionPtr> Sessions() const;
  std::size_t session_count() const;

  // The audience for this viewer, made on first use and kept while somebody holds it.
  std::shared_ptr<Audience> AudienceFor(Viewer viewer, const StreamEncoder& encoder,
                                        std::size_t max_batch);

  // The encoded body for these changes, shared by all audiences that are told the same.
  std::shared_ptr<const std::string> SharedBody(const StreamEncoder& encoder,
                                                const std::vector<Told>& told);

 private:
  struct CachedBody {
    std::string key;
    std::shared_ptr<const std::string> body;
  };

  void UnparkLocked(Session& session) REQUIRES(mutex_);
  void WakeFor(const Change& change, std::vector<SessionPtr>& woken) REQUIRES(mutex_);

  const std::string project_;
  const store::State& state_;
  const std::uint64_t epoch_;
  std::atomic<Revision> head_;

  mutable Mutex mutex_;
  ChangeRing ring_ GUARDED_BY(mutex_);
  std::list<SessionPtr> waiting_ GUARDED_BY(mutex_);  // follow every record
  absl::flat_hash_map<std::string, std::vector<Session*>> waiting_by_id_ GUARDED_BY(mutex_);
  std::list<SessionPtr> sessions_ GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, std::weak_ptr<Audience>> audiences_ GUARDED_BY(mutex_);
  std::size_t next_audience_sweep_ GUARDED_BY(mutex_) = 64;

  mutable Mutex bodies_mutex_;  // alone
  std::array<CachedBody, 16> bodies_ GUARDED_BY(bodies_mutex_);
  std::size_t next_body_ GUARDED_BY(bodies_mutex_) = 0;
};

}  // namespace presences::hub
