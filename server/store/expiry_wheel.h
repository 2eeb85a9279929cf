// ExpiryWheel: finds the records whose expiry time has passed, at almost no cost per refresh.
//
// A ring of buckets, one per tick of wall-clock time. A slot lies in the bucket of the expiry time
// it had when it was filed. A refresh changes only the record: when the bucket's turn comes, an
// entry whose record lives longer is filed again, for its new time. Expiry times beyond one turn
// of the ring are filed again each turn. Filing earlier adds a second entry; the first is then
// stale, which its bucket's serial number tells.
//
// Because each visit looks at the record, the ring needs no trust in the clock: after a step back
// entries are met too early and filed again, after a step forward one sweep over the ring meets
// everything, however many ticks were skipped.
//
// Threads: one at a time (State's mutex).
// Invariant: a filed slot has an entry in a bucket that is visited at or before its expiry tick.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <limits>
#include <vector>

#include "server/base/clock.h"
#include "server/store/hashed_slot.h"

namespace presences::store {

class ExpiryWheel {
 public:
  static constexpr std::chrono::milliseconds kTick{8};
  static constexpr std::int64_t kBuckets = 4096;

  ExpiryWheel();

  // Has `slot` looked at when `at` has come. Replaces what was filed before.
  void File(Slot slot, TimePoint at);
  void Forget(Slot slot);
  bool IsFiled(Slot slot) const { return slot < filed_.size() && filed_[slot] != kNowhere; }
  std::size_t filed() const { return filed_count_; }  // slots

  // Moves on to `now`: appends to `*due` the slots for which deadline_of(slot) has come and
  // forgets them, until `*due` has `max_due` entries or `max_visits` entries were looked at.
  // True: nothing more is due; false: call again.
  template <typename DeadlineOf>
  bool Advance(TimePoint now, std::size_t max_visits, std::size_t max_due,
               const DeadlineOf& deadline_of, std::vector<Slot>* due);

  // True: no filed slot is due at `now`. False: one is, or more than `max_visits` entries would
  // have to be looked at to know. Changes nothing.
  template <typename DeadlineOf>
  bool NothingDue(TimePoint now, std::size_t max_visits, const DeadlineOf& deadline_of) const;

  std::size_t memory_bytes() const;

 private:
  using Serial = std::uint32_t;
  static constexpr Serial kNowhere = 0;

  struct Bucket {
    std::vector<Slot> slots;
    Serial serial = kNowhere;  // new each time the bucket is emptied
  };

  static std::int64_t TickOf(TimePoint time);
  Bucket& BucketOf(std::int64_t tick) {
    return buckets_[static_cast<std::size_t>(tick & (kBuckets - 1))];
  }
  const Bucket& BucketOf(std::int64_t tick) const {
    return buckets_[static_cast<std::size_t>(tick & (kBuckets - 1))];
  }
  void Put(Slot slot, std::int64_t tick);
  void Unfile(Slot slot) {
    if (filed_[slot] != kNowhere) --filed_count_;
    filed_[slot] = kNowhere;
  }
  void StartVisit(Bucket& bucket);

  std::vector<Bucket> buckets_;
  std::deque<Serial> filed_;  // by slot: the serial of the bucket that has its entry
  std::size_t filed_count_ = 0;
  Serial last_serial_ = kNowhere;
  // The next tick to visit; later than every filed time while nothing is filed.
  std::int64_t cursor_ = std::numeric_limits<std::int64_t>::max();
  std::vector<Slot> visiting_;  // the bucket that is being visited
  std::size_t position_ = 0;
  Serial visiting_serial_ = kNowhere;
};

template <typename DeadlineOf>
bool ExpiryWheel::Advance(TimePoint now, std::size_t max_visits, std::size_t max_due,
                          const DeadlineOf& deadline_of, std::vector<Slot>* due) {
  const std::int64_t target = TickOf(now);
  // One past the target is a visit to the current tick that a bound interrupted.
  if (cursor_ > target + 1) cursor_ = target;
  if (cursor_ <= target - kBuckets) cursor_ = target - kBuckets + 1;
  for (;;) {
    for (; position_ < visiting_.size(); ++position_) {
      if (max_visits == 0 || due->size() >= max_due) return false;
      --max_visits;
      const Slot slot = visiting_[position_];
      if (filed_[slot] != visiting_serial_) continue;  // stale
      const TimePoint deadline = deadline_of(slot);
      if (deadline <= now) {
        Unfile(slot);
        due->push_back(slot);
      } else {
        Put(slot, TickOf(deadline));
      }
    }
    if (cursor_ > target) break;
    StartVisit(BucketOf(cursor_++));
  }
  cursor_ = target;  // the current tick is not over: it is visited again
  return true;
}

template <typename DeadlineOf>
bool ExpiryWheel::NothingDue(TimePoint now, std::size_t max_visits,
                             const DeadlineOf& deadline_of) const {
  const auto none_in = [&](const std::vector<Slot>& slots, std::size_t from, Serial serial) {
    if (slots.size() - from > max_visits) return false;
    max_visits -= slots.size() - from;
    return std::none_of(
        slots.begin() + static_cast<std::ptrdiff_t>(from), slots.end(),
        [&](Slot slot) { return filed_[slot] == serial && deadline_of(slot) <= now; });
  };
  if (!none_in(visiting_, position_, visiting_serial_)) return false;
  const std::int64_t target = TickOf(now);
  // An empty bucket is looked at too.
  for (std::int64_t tick = cursor_; tick <= target; ++tick) {
    if (max_visits == 0) return false;
    --max_visits;
    const Bucket& bucket = BucketOf(tick);
    if (!none_in(bucket.slots, 0, bucket.serial)) return false;
  }
  return true;
}

}  // namespace presences::store
