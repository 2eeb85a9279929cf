// SlotTable: the records of a project by slot number and by id.
//
// A record keeps its slot over all its versions, so that indexes and the expiry wheel name it by
// four bytes and need not hear of a new version. The id is not stored again: the hash set looks
// into the record.
//
// Threads: one at a time (State's mutex).
// Invariant: by_id_ holds exactly the slots in use.
#pragma once

#include <deque>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "server/core/presence.h"
#include "server/store/hashed_slot.h"

namespace presences::store {

class SlotTable {
 public:
  SlotTable() : by_id_(0, HashedSlotHash{}, SameId{this}) {}
  SlotTable(const SlotTable&) = delete;
  SlotTable& operator=(const SlotTable&) = delete;

  // The slot of this id, or kNoSlot.
  Slot Find(absl::string_view id) const;
  // REQUIRES: the slot is in use.
  const PresencePtr& record(Slot slot) const { return records_[slot]; }
  std::size_t size() const { return by_id_.size(); }

  // REQUIRES: the id is not in the table.
  Slot Insert(PresencePtr record);
  // REQUIRES: the record has the id of the one it replaces.
  void Replace(Slot slot, PresencePtr record);
  void Erase(Slot slot);
  void Reserve(std::size_t records) { by_id_.reserve(records); }

  // Bytes of the records and of the table.
  std::size_t memory_bytes() const;

 private:
  struct SameId {
    using is_transparent = void;
    const SlotTable* table;
    bool operator()(const HashedSlot& a, const HashedSlot& b) const { return a.slot == b.slot; }
    bool operator()(const HashedSlot& a, const HashedText& b) const {
      return a.hash == b.hash && table->records_[a.slot]->id() == b.text;
    }
    bool operator()(const HashedText& a, const HashedSlot& b) const { return (*this)(b, a); }
  };

  std::deque<PresencePtr> records_;  // by slot; null: free
  std::vector<Slot> free_;
  absl::flat_hash_set<HashedSlot, HashedSlotHash, SameId> by_id_;
  std::size_t record_bytes_ = 0;
};

}  // namespace presences::store
