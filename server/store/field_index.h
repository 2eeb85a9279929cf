// FieldIndex: the records that share a value of one attribute, in creation order.
//
// Most values belong to one record (a user with one device), so a value with one record costs
// eight bytes: its slot, and the value is read from the record. From the second record on the
// value has a Posting of its own.
//
// Threads: one at a time (State's mutex).
// Invariant: lists exactly the records of the SlotTable that have the attribute.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "server/core/filter.h"
#include "server/core/presence.h"
#include "server/store/creation_order.h"
#include "server/store/slot_table.h"

namespace presences::store {

class FieldIndex {
 public:
  FieldIndex(Attribute attribute, const SlotTable& slots);
  FieldIndex(const FieldIndex&) = delete;
  FieldIndex& operator=(const FieldIndex&) = delete;

  const Attribute& attribute() const { return attribute_; }
  // True when the two versions of a record belong under different values.
  bool Differs(const Presence& before, const Presence& after) const;

  // Files the record in `slot` under its value, if it has one.
  void Insert(Slot slot);
  // REQUIRES: the table still holds the version that was inserted.
  void Erase(Slot slot);

  // Appends at most `max` slots with this value, created after `after`. True: nothing follows.
  bool Scan(absl::string_view key, Revision after, std::size_t max, std::vector<Slot>* out) const;
  std::size_t Count(absl::string_view key) const;
  std::vector<std::pair<std::string, std::size_t>> Groups(std::size_t max) const;
  std::size_t memory_bytes() const;

 private:
  struct Posting {
    std::string key;
    CreationOrder members;  // two or more
  };
  // The top bit of HashedSlot::slot tells a slot from the number of a posting.
  static constexpr Slot kPostingBit = 0x80000000u;

  struct SameKey {
    using is_transparent = void;
    const FieldIndex* index;
    bool operator()(const HashedSlot& a, const HashedSlot& b) const { return a.slot == b.slot; }
    bool operator()(const HashedSlot& a, const HashedText& b) const {
      return a.hash == b.hash && index->HasKey(a, b.text);
    }
    bool operator()(const HashedText& a, const HashedSlot& b) const { return (*this)(b, a); }
  };
  using Entries = absl::flat_hash_set<HashedSlot, HashedSlotHash, SameKey>;

  // The value of `record`, which may live in `*scratch`. False: absent.
  bool KeyOf(const Presence& record, std::string* scratch, absl::string_view* key) const;
  bool HasKey(const HashedSlot& entry, absl::string_view key) const;
  OrderedSlot Ordered(Slot slot) const {
    return OrderedSlot(slots_.record(slot)->created_revision(), slot);
  }
  Posting& PostingOf(const HashedSlot& entry) const {
    return *postings_[entry.slot & ~kPostingBit];
  }
  static bool IsPosting(const HashedSlot& entry) { return (entry.slot & kPostingBit) != 0; }
  Slot MakePosting(absl::string_view key, Slot first, Slot second);
  void ChangeReference(Entries::iterator entry, Slot reference);

  const Attribute attribute_;
  const SlotTable& slots_;
  Entries entries_;
  std::vector<std::unique_ptr<Posting>> postings_;  // null: free
  std::vector<Slot> free_postings_;
  std::size_t posting_members_ = 0;
};

}  // namespace presences::store
