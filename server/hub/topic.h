// Topic: one project's live side: the ring, who waits on it, and what was encoded from it.
//
// A reader waits here only when it has read everything; a change takes out of the waiting those
// it concerns. Readers that follow single records wait under those ids and are not woken by
// others, so ten thousand watchers of ten thousand records cost a change one wake-up.
//
// Threads: any. Lock order: Audience, Topic; nothing is taken while it is held.
// Invariant: a waiting reader has missed no change that concerns it.
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
#include "server/hub/reader.h"
#include "server/hub/ring.h"
#include "server/store/log.h"
#include "server/store/state.h"

namespace presences::hub {

class Topic {
 public:
  Topic(std::string project, const store::State& state, store::LogHead head,
        ChangeRing::Limits limits);

  const std::string& project() const { return project_; }
  const store::State& state() const { return state_; }
  std::uint64_t epoch() const { return epoch_; }
  Revision head() const { return head_.load(std::memory_order_acquire); }
  Revision floor() const;

  // Appends, and answers the waiting readers that the changes concern; they wait no more.
  std::vector<ReaderPtr> Append(absl::Span<const ChangePtr> changes);

  // Changes later than `cursor`, at most `max`; nullopt when the cursor is below the floor.
  std::optional<std::vector<ChangePtr>> After(Revision cursor, std::size_t max) const;

  // Lets `reader` wait, unless there is something after its cursor or it is closed: then false.
  // `any_change`: every change wakes it, even if it follows single records.
  bool Park(const ReaderPtr& reader, bool any_change);
  // Ends the wait and moves the cursor to the head; false when it was not waiting.
  bool Unpark(Reader& reader);
  // The same; a reader that was not waiting does not wait before it has looked again.
  bool Poke(Reader& reader);

  // Replaces what wakes the reader; it may be waiting.
  void SetFollowed(Reader& reader, Followed followed);

  // False when the reader was closed before.
  bool Add(const ReaderPtr& reader);
  // False when it was removed before.
  bool Remove(Reader& reader);
  std::vector<ReaderPtr> Readers() const;
  std::size_t session_count() const;

  // The audience for this viewer, made on first use and kept while somebody holds it.
  std::shared_ptr<Audience> AudienceFor(Viewer viewer, const StreamEncoder& encoder,
                                        std::size_t max_batch);
  std::size_t audience_count() const;  // in use, or not yet swept

  // The encoded body for these changes, shared by all audiences that are told the same.
  std::shared_ptr<const std::string> SharedBody(const StreamEncoder& encoder,
                                                const std::vector<Told>& told);

 private:
  struct CachedBody {
    std::string key;
    std::shared_ptr<const std::string> body;
  };

  void ParkLocked(const ReaderPtr& reader, bool wide) REQUIRES(mutex_);
  void UnparkLocked(Reader& reader) REQUIRES(mutex_);
  bool UnparkAtHeadLocked(Reader& reader) REQUIRES(mutex_);
  void WakeFor(const Change& change, std::vector<ReaderPtr>& woken) REQUIRES(mutex_);

  const std::string project_;
  const store::State& state_;
  const std::uint64_t epoch_;
  std::atomic<Revision> head_;

  mutable Mutex mutex_;
  ChangeRing ring_ GUARDED_BY(mutex_);
  std::list<ReaderPtr> waiting_ GUARDED_BY(mutex_);  // follow every record
  absl::flat_hash_map<std::string, std::vector<Reader*>> waiting_by_id_ GUARDED_BY(mutex_);
  std::list<ReaderPtr> readers_ GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, std::weak_ptr<Audience>> audiences_ GUARDED_BY(mutex_);
  std::size_t next_audience_sweep_ GUARDED_BY(mutex_) = 64;

  mutable Mutex bodies_mutex_;  // alone
  std::array<CachedBody, 16> bodies_ GUARDED_BY(bodies_mutex_);
  std::size_t next_body_ GUARDED_BY(bodies_mutex_) = 0;
};

}  // namespace presences::hub
