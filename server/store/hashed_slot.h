// HashedSlot: an entry of a hash set that finds records by a text the record itself holds.
//
// The set stores a slot number and 32 bits of the text's hash, never the text: eight bytes per
// record. The stored bits let the set grow without touching a record, and make a comparison with
// the wrong record all but impossible.
//
// Threads: immutable.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"

namespace presences::store {

// Number of a record's place in the SlotTable. Stays while the record lives, whatever its version.
using Slot = std::uint32_t;
inline constexpr Slot kNoSlot = 0xffffffffu;

struct HashedSlot {
  Slot slot;
  std::uint32_t hash;
};

// A text to look for, with its hash.
struct HashedText {
  explicit HashedText(absl::string_view t)
      : text(t), hash(static_cast<std::uint32_t>(absl::Hash<absl::string_view>{}(t) >> 16)) {}
  absl::string_view text;
  std::uint32_t hash;
};

// Spreads the 32 stored bits over the word that a flat hash set wants.
struct HashedSlotHash {
  using is_transparent = void;
  static std::size_t Spread(std::uint32_t hash) {
    const std::uint64_t product = hash * 0x9e3779b97f4a7c15u;
    return static_cast<std::size_t>(product ^ (product >> 32));
  }
  std::size_t operator()(const HashedSlot& entry) const { return Spread(entry.hash); }
  std::size_t operator()(const HashedText& text) const { return Spread(text.hash); }
};

}  // namespace presences::store
