#include "server/store/slot_table.h"

#include <utility>

#include "server/base/check.h"

namespace presences::store {

Slot SlotTable::Find(absl::string_view id) const {
  const auto found = by_id_.find(HashedText(id));
  return found == by_id_.end() ? kNoSlot : found->slot;
}

Slot SlotTable::Insert(PresencePtr record) {
  Slot slot;
  if (free_.empty()) {
    slot = static_cast<Slot>(records_.size());
    records_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  record_bytes_ += record->size_bytes();
  const HashedText id(record->id());
  records_[slot] = std::move(record);
  const bool inserted = by_id_.insert(HashedSlot{slot, id.hash}).second;
  PRESENCES_CHECK(inserted);
  return slot;
}

void SlotTable::Replace(Slot slot, PresencePtr record) {
  record_bytes_ += record->size_bytes();
  record_bytes_ -= records_[slot]->size_bytes();
  records_[slot] = std::move(record);
}

void SlotTable::Erase(Slot slot) {
  by_id_.erase(by_id_.find(HashedText(records_[slot]->id())));
  record_bytes_ -= records_[slot]->size_bytes();
  records_[slot] = nullptr;
  free_.push_back(slot);
}

std::size_t SlotTable::memory_bytes() const {
  return record_bytes_ + records_.size() * sizeof(PresencePtr) + free_.capacity() * sizeof(Slot) +
         by_id_.capacity() * (sizeof(HashedSlot) + 1);
}

}  // namespace presences::store
