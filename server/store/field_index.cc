#include "server/store/field_index.h"

#include "server/base/check.h"

namespace presences::store {

FieldIndex::FieldIndex(Attribute attribute, const SlotTable& slots)
    : attribute_(std::move(attribute)),
      slots_(slots),
      entries_(0, HashedSlotHash{}, SameKey{this}) {}

bool FieldIndex::KeyOf(const Presence& record, std::string* scratch, absl::string_view* key) const {
  switch (attribute_.kind) {
    case Attribute::Kind::kUserId:
      *key = record.user_id();
      return true;
    case Attribute::Kind::kStatus:
      *key = record.status();
      return true;
    default:
      scratch->clear();
      if (!IndexKey(record, attribute_, scratch)) return false;
      *key = *scratch;
      return true;
  }
}

bool FieldIndex::HasKey(const HashedSlot& entry, absl::string_view key) const {
  if (IsPosting(entry)) return PostingOf(entry).key == key;
  std::string scratch;
  absl::string_view own;
  return KeyOf(*slots_.record(entry.slot), &scratch, &own) && own == key;
}

bool FieldIndex::Differs(const Presence& before, const Presence& after) const {
  if (attribute_.kind == Attribute::Kind::kMetadata && before.metadata() == after.metadata()) {
    return false;
  }
  std::string scratch_before, scratch_after;
  absl::string_view key_before, key_after;
  const bool had = KeyOf(before, &scratch_before, &key_before);
  const bool has = KeyOf(after, &scratch_after, &key_after);
  return had != has || (had && key_before != key_after);
}

void FieldIndex::Insert(Slot slot) {
  PRESENCES_CHECK((slot & kPostingBit) == 0);
  std::string scratch;
  absl::string_view key;
  if (!KeyOf(*slots_.record(slot), &scratch, &key)) return;
  const HashedText text(key);
  const auto found = entries_.find(text);
  if (found == entries_.end()) {
    entries_.insert(HashedSlot{slot, text.hash});
  } else if (IsPosting(*found)) {
    CreationOrder& members = PostingOf(*found).members;
    members.insert(members.end(), Ordered(slot));
    ++posting_members_;
  } else {
    ChangeReference(found, MakePosting(key, found->slot, slot));
  }
}

void FieldIndex::Erase(Slot slot) {
  std::string scratch;
  absl::string_view key;
  if (!KeyOf(*slots_.record(slot), &scratch, &key)) return;
  const auto found = entries_.find(HashedText(key));
  PRESENCES_CHECK(found != entries_.end());
  if (!IsPosting(*found)) {
    entries_.erase(found);
    return;
  }
  CreationOrder& members = PostingOf(*found).members;
  members.erase(Ordered(slot));
  --posting_members_;
  if (members.size() > 1) return;
  const Slot number = found->slot & ~kPostingBit;
  const Slot last = members.begin()->slot;
  postings_[number].reset();
  free_postings_.push_back(number);
  --posting_members_;
  ChangeReference(found, last);
}

Slot FieldIndex::MakePosting(absl::string_view key, Slot first, Slot second) {
  Slot number;
  if (free_postings_.empty()) {
    number = static_cast<Slot>(postings_.size());
    postings_.emplace_back();
  } else {
    number = free_postings_.back();
    free_postings_.pop_back();
  }
  postings_[number] = std::make_unique<Posting>();
  postings_[number]->key = std::string(key);
  postings_[number]->members = {Ordered(first), Ordered(second)};
  posting_members_ += 2;
  return number | kPostingBit;
}

void FieldIndex::ChangeReference(Entries::iterator entry, Slot reference) {
  // Not part of the hash, and equality by text stays the same: the entry may change in place.
  const_cast<HashedSlot&>(*entry).slot = reference;
}

bool FieldIndex::Scan(absl::string_view key, Revision after, std::size_t max,
                      std::vector<Slot>* out) const {
  const auto found = entries_.find(HashedText(key));
  if (found == entries_.end()) return true;
  if (!IsPosting(*found)) {
    if (slots_.record(found->slot)->created_revision() <= after) return true;
    if (max == 0) return false;
    out->push_back(found->slot);
    return true;
  }
  const CreationOrder& members = PostingOf(*found).members;
  auto next = FirstAfter(members, after);
  for (; next != members.end() && max > 0; ++next, --max) out->push_back(next->slot);
  return next == members.end();
}

std::size_t FieldIndex::Count(absl::string_view key) const {
  const auto found = entries_.find(HashedText(key));
  if (found == entries_.end()) return 0;
  return IsPosting(*found) ? PostingOf(*found).members.size() : 1;
}

std::vector<std::pair<std::string, std::size_t>> FieldIndex::Groups(std::size_t max) const {
  std::vector<std::pair<std::string, std::size_t>> groups;
  std::string scratch;
  absl::string_view key;
  for (const HashedSlot& entry : entries_) {
    if (groups.size() >= max) break;
    if (IsPosting(entry)) {
      const Posting& posting = PostingOf(entry);
      groups.emplace_back(posting.key, posting.members.size());
    } else if (KeyOf(*slots_.record(entry.slot), &scratch, &key)) {
      groups.emplace_back(std::string(key), 1);
    }
  }
  return groups;
}

std::size_t FieldIndex::memory_bytes() const {
  const std::size_t live_postings = postings_.size() - free_postings_.size();
  return entries_.capacity() * (sizeof(HashedSlot) + 1) + postings_.capacity() * sizeof(void*) +
         live_postings * (sizeof(Posting) + 64) + posting_members_ * sizeof(OrderedSlot) * 4 / 3;
}

}  // namespace presences::store
