#include "server/store/expiry_wheel.h"

#include <algorithm>
#include <utility>

namespace presences::store {

ExpiryWheel::ExpiryWheel() : buckets_(kBuckets) {
  for (Bucket& bucket : buckets_) bucket.serial = ++last_serial_;
}

std::int64_t ExpiryWheel::TickOf(TimePoint time) {
  static_assert(kTick.count() == 8, "the shift below divides, rounding down before 1970 too");
  return time.time_since_epoch().count() >> 3;
}

void ExpiryWheel::File(Slot slot, TimePoint at) {
  if (slot >= filed_.size()) filed_.resize(slot + std::size_t{1}, kNowhere);
  const std::int64_t tick = TickOf(at);
  cursor_ = std::min(cursor_, tick);
  Put(slot, tick);
}

void ExpiryWheel::Forget(Slot slot) {
  if (slot < filed_.size()) Unfile(slot);
}

void ExpiryWheel::Put(Slot slot, std::int64_t tick) {
  Bucket& bucket = BucketOf(tick);
  if (filed_[slot] == bucket.serial) return;
  if (filed_[slot] == kNowhere) ++filed_count_;
  filed_[slot] = bucket.serial;
  bucket.slots.push_back(slot);
}

void ExpiryWheel::StartVisit(Bucket& bucket) {
  visiting_ = std::exchange(bucket.slots, {});
  position_ = 0;
  visiting_serial_ = bucket.serial;
  if (visiting_.empty()) return;
  if (++last_serial_ == kNowhere) ++last_serial_;
  bucket.serial = last_serial_;
}

std::size_t ExpiryWheel::memory_bytes() const {
  std::size_t entries = visiting_.capacity();
  for (const Bucket& bucket : buckets_) entries += bucket.slots.capacity();
  return entries * sizeof(Slot) + buckets_.size() * sizeof(Bucket) + filed_.size() * sizeof(Serial);
}

}  // namespace presences::store
