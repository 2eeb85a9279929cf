// CreationOrder: slots ascending by the revision that created their records.
//
// That revision is unique and never changes, so an order made of it only hears of creations and
// removals. Twelve bytes an entry; creations append at the end.
//
// Threads: one at a time (State's mutex).
#pragma once

#include <cstdint>

#include "absl/container/btree_set.h"
#include "server/core/presence.h"
#include "server/store/hashed_slot.h"

namespace presences::store {

// Split into halves: a 64-bit member would pad the entry to sixteen bytes.
struct OrderedSlot {
  OrderedSlot(Revision created, Slot s)
      : high(static_cast<std::uint32_t>(static_cast<std::uint64_t>(created) >> 32)),
        low(static_cast<std::uint32_t>(created)),
        slot(s) {}
  std::uint64_t created() const { return (std::uint64_t{high} << 32) | low; }
  friend bool operator<(const OrderedSlot& a, const OrderedSlot& b) {
    return a.created() < b.created();
  }

  std::uint32_t high;
  std::uint32_t low;
  Slot slot;
};

using CreationOrder = absl::btree_set<OrderedSlot>;

// The first entry created after `after`.
inline CreationOrder::const_iterator FirstAfter(const CreationOrder& order, Revision after) {
  return order.lower_bound(OrderedSlot(after + 1, 0));
}

}  // namespace presences::store
