#include "server/store/state.h"

#include <algorithm>

#include "absl/container/inlined_vector.h"
#include "server/base/check.h"
#include "server/base/mutex.h"
#include "server/store/creation_order.h"
#include "server/store/expiry_wheel.h"
#include "server/store/field_index.h"
#include "server/store/slot_table.h"

namespace presences::store {
namespace {

// Entries of the wheel that one hold of the lock may visit; and that a count may look at.
constexpr std::size_t kVisitsPerLock = 2048;
constexpr std::size_t kVisitsPerCount = 256;
// How far ahead a scan asks for records: memory answers about that many at once.
constexpr std::size_t kPrefetched = 16;

// The fixed fields and the texts that indexes are made of; metadata may go on further.
void PrefetchTexts(const Presence& record) {
  const char* const begin = reinterpret_cast<const char*>(&record);
  for (std::size_t line = 0; line < 4; ++line) __builtin_prefetch(begin + 64 * line);
}

}  // namespace

struct State::Impl {
  explicit Impl(const ProjectRules& rules) {
    AddIndex({Attribute::Kind::kUserId, ""});
    AddIndex({Attribute::Kind::kStatus, ""});
    for (const std::string& path : rules.indexed_metadata) {
      AddIndex({Attribute::Kind::kMetadata, path});
    }
  }

  void AddIndex(Attribute attribute) NO_THREAD_SAFETY_ANALYSIS {
    indexes.push_back(std::make_unique<FieldIndex>(std::move(attribute), slots));
  }

  const FieldIndex* IndexOf(const Attribute& attribute) const {
    for (const auto& index : indexes) {
      if (index->attribute().kind == attribute.kind && index->attribute().path == attribute.path) {
        return index.get();
      }
    }
    return nullptr;
  }

  void Create(PresencePtr record) REQUIRES(mutex);
  void Replace(Slot slot, PresencePtr record) REQUIRES(mutex);
  void Remove(Slot slot) REQUIRES(mutex);
  void ApplyOne(const Change& change) REQUIRES(mutex);
  void FileLoaded() REQUIRES(mutex);
  // For the wheel, which calls it with the mutex held.
  auto DeadlineOf() const {
    return [this](Slot slot) NO_THREAD_SAFETY_ANALYSIS { return slots.record(slot)->expires_at(); };
  }
  bool AdvanceWheel(TimePoint now, std::size_t max_due, std::vector<Slot>* due) REQUIRES(mutex);
  bool AllLive(TimePoint now) const REQUIRES(mutex);
  std::size_t CountOf(const ScanPlan& plan) const REQUIRES(mutex);
  std::vector<PresencePtr> RecordsOf(absl::Span<const Slot> wanted) const REQUIRES(mutex);

  mutable Mutex mutex;
  SlotTable slots GUARDED_BY(mutex);
  CreationOrder order GUARDED_BY(mutex);
  std::vector<std::unique_ptr<FieldIndex>> indexes;  // the vector is constant; users, then status
  ExpiryWheel wheel GUARDED_BY(mutex);
  TimePoint last_rearm GUARDED_BY(mutex) = TimePoint::min();  // until then the wheel knows less
  Revision applied GUARDED_BY(mutex) = 0;
  std::vector<OrderedSlot> loaded GUARDED_BY(mutex);  // in slots, not yet in the indexes
};

void State::Impl::Create(PresencePtr record) {
  const Slot slot = slots.Insert(std::move(record));
  const Presence& created = *slots.record(slot);
  order.insert(order.end(), OrderedSlot(created.created_revision(), slot));
  for (const auto& index : indexes) index->Insert(slot);
  wheel.File(slot, created.expires_at());
}

void State::Impl::Replace(Slot slot, PresencePtr record) {
  const Presence& before = *slots.record(slot);
  PRESENCES_CHECK(before.created_revision() == record->created_revision());
  absl::InlinedVector<FieldIndex*, 4> moved;
  for (const auto& index : indexes) {
    if (index->Differs(before, *record)) moved.push_back(index.get());
  }
  if (!wheel.IsFiled(slot) || record->expires_at() < before.expires_at()) {
    wheel.File(slot, record->expires_at());
  }
  for (FieldIndex* index : moved) index->Erase(slot);
  slots.Replace(slot, std::move(record));
  for (FieldIndex* index : moved) index->Insert(slot);
}

void State::Impl::Remove(Slot slot) {
  for (const auto& index : indexes) index->Erase(slot);
  order.erase(OrderedSlot(slots.record(slot)->created_revision(), slot));
  wheel.Forget(slot);
  slots.Erase(slot);
}

void State::Impl::ApplyOne(const Change& change) {
  PRESENCES_CHECK(change.revision() > applied);
  applied = change.revision();
  const Slot slot = slots.Find(change.record().id());
  if (slot == kNoSlot) {
    if (change.after()) Create(change.after());
  } else if (change.after()) {
    Replace(slot, change.after());
  } else {
    Remove(slot);
  }
}

// In creation order every ordered index only appends.
void State::Impl::FileLoaded() {
  std::sort(loaded.begin(), loaded.end());
  for (std::size_t i = 0; i < loaded.size(); ++i) {
    // Records lie in the order of their ids: by creation each is somewhere else.
    if (i + kPrefetched < loaded.size()) {
      PrefetchTexts(*slots.record(loaded[i + kPrefetched].slot));
    }
    const OrderedSlot& entry = loaded[i];
    order.insert(order.end(), entry);
    for (const auto& index : indexes) index->Insert(entry.slot);
    wheel.File(entry.slot, slots.record(entry.slot)->expires_at());
  }
  loaded = {};
}

bool State::Impl::AdvanceWheel(TimePoint now, std::size_t max_due, std::vector<Slot>* due) {
  return wheel.Advance(now, kVisitsPerLock, max_due, DeadlineOf(), due);
}

bool State::Impl::AllLive(TimePoint now) const {
  // What is not filed was taken as expired and is not removed yet; what was rearmed is filed, but
  // for later than its expiry.
  return wheel.filed() == slots.size() && now > last_rearm &&
         wheel.NothingDue(now, kVisitsPerCount, DeadlineOf());
}

std::size_t State::Impl::CountOf(const ScanPlan& plan) const {
  if (!plan.attribute) return slots.size();
  const FieldIndex* index = IndexOf(*plan.attribute);
  PRESENCES_CHECK(index != nullptr);
  return index->Count(plan.key);
}

std::vector<PresencePtr> State::Impl::RecordsOf(absl::Span<const Slot> wanted) const {
  std::vector<PresencePtr> records;
  records.reserve(wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (i + kPrefetched < wanted.size()) {
      __builtin_prefetch(slots.record(wanted[i + kPrefetched]).get(), 1);  // counted: written
    }
    records.push_back(slots.record(wanted[i]));
  }
  return records;
}

State::State(const ProjectRules& rules) : impl_(std::make_unique<Impl>(rules)) {}
State::~State() = default;

PresencePtr State::Find(absl::string_view presence_id) const {
  MutexLock lock(impl_->mutex);
  const Slot slot = impl_->slots.Find(presence_id);
  return slot == kNoSlot ? nullptr : impl_->slots.record(slot);
}

ScanChunk State::Lookup(absl::Span<const std::string> presence_ids) const {
  ScanChunk chunk;
  chunk.done = true;
  MutexLock lock(impl_->mutex);
  chunk.applied = impl_->applied;
  for (const std::string& id : presence_ids) {
    const Slot slot = impl_->slots.Find(id);
    if (slot != kNoSlot) chunk.records.push_back(impl_->slots.record(slot));
  }
  return chunk;
}

std::vector<PresencePtr> State::FindByUser(absl::string_view user_id) const {
  std::vector<Slot> slots;
  MutexLock lock(impl_->mutex);
  const FieldIndex& users = *impl_->indexes.front();
  users.Scan(user_id, 0, users.Count(user_id), &slots);
  return impl_->RecordsOf(slots);
}

std::size_t State::size() const {
  MutexLock lock(impl_->mutex);
  return impl_->slots.size();
}

Revision State::applied() const {
  MutexLock lock(impl_->mutex);
  return impl_->applied;
}

ScanChunk State::Scan(const ScanPlan& plan, Revision after, std::size_t max) const {
  ScanChunk chunk;
  std::vector<Slot> slots;
  MutexLock lock(impl_->mutex);
  chunk.applied = impl_->applied;
  if (plan.attribute) {
    const FieldIndex* index = impl_->IndexOf(*plan.attribute);
    PRESENCES_CHECK(index != nullptr);
    chunk.done = index->Scan(plan.key, after, max, &slots);
  } else {
    auto next = FirstAfter(impl_->order, after);
    for (; next != impl_->order.end() && slots.size() < max; ++next) slots.push_back(next->slot);
    chunk.done = next == impl_->order.end();
  }
  chunk.records = impl_->RecordsOf(slots);
  chunk.next_after = chunk.records.empty() ? after : chunk.records.back()->created_revision();
  return chunk;
}

std::size_t State::CountOf(const ScanPlan& plan) const {
  MutexLock lock(impl_->mutex);
  return impl_->CountOf(plan);
}

std::optional<std::size_t> State::LiveCountOf(const ScanPlan& plan, TimePoint now) const {
  MutexLock lock(impl_->mutex);
  if (!impl_->AllLive(now)) return std::nullopt;
  return impl_->CountOf(plan);
}

std::vector<std::pair<std::string, std::size_t>> State::Groups(const Attribute& attribute,
                                                               std::size_t max) const {
  MutexLock lock(impl_->mutex);
  const FieldIndex* index = impl_->IndexOf(attribute);
  PRESENCES_CHECK(index != nullptr);
  return index->Groups(max);
}

bool State::HasIndex(const Attribute& attribute) const {
  return impl_->IndexOf(attribute) != nullptr;
}

void State::Load(PresencePtr record) {
  MutexLock lock(impl_->mutex);
  const Revision created = record->created_revision();
  impl_->loaded.emplace_back(created, impl_->slots.Insert(std::move(record)));
}

void State::LoadedUpTo(Revision revision) {
  MutexLock lock(impl_->mutex);
  impl_->FileLoaded();
  impl_->applied = revision;
}

void State::Apply(absl::Span<const ChangePtr> changes) {
  MutexLock lock(impl_->mutex);
  for (const ChangePtr& change : changes) impl_->ApplyOne(*change);
}

std::vector<std::string> State::TakeExpired(TimePoint now, std::size_t max) {
  std::vector<std::string> ids;
  std::vector<Slot> due;
  for (bool finished = false; !finished && ids.size() < max;) {
    due.clear();
    MutexLock lock(impl_->mutex);
    finished = impl_->AdvanceWheel(now, max - ids.size(), &due);
    for (const Slot slot : due) ids.emplace_back(impl_->slots.record(slot)->id());
  }
  return ids;
}

void State::Rearm(absl::Span<const std::string> ids, TimePoint at) {
  MutexLock lock(impl_->mutex);
  for (const std::string& id : ids) {
    const Slot slot = impl_->slots.Find(id);
    if (slot == kNoSlot || impl_->wheel.IsFiled(slot)) continue;
    impl_->wheel.File(slot, std::max(at, impl_->slots.record(slot)->expires_at()));
    impl_->last_rearm = std::max(impl_->last_rearm, at);
  }
}

std::size_t State::memory_bytes() const {
  MutexLock lock(impl_->mutex);
  std::size_t bytes = impl_->slots.memory_bytes() + impl_->wheel.memory_bytes() +
                      impl_->order.size() * sizeof(OrderedSlot) * 21 / 20;
  for (const auto& index : impl_->indexes) bytes += index->memory_bytes();
  return bytes;
}

}  // namespace presences::store
