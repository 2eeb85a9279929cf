#include "server/hub/topic.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace presences::hub {

Topic::Topic(std::string project, const store::State& state, store::LogHead head,
             ChangeRing::Limits limits)
    : project_(std::move(project)),
      state_(state),
      epoch_(head.epoch),
      head_(head.revision),
      ring_(limits, head.revision) {}

Revision Topic::floor() const {
  MutexLock lock(mutex_);
  return ring_.floor();
}

std::vector<ReaderPtr> Topic::Append(absl::Span<const ChangePtr> changes) {
  std::vector<ReaderPtr> woken;
  MutexLock lock(mutex_);
  for (const ChangePtr& change : changes) {
    WakeFor(*change, woken);
    ring_.Append(change);
  }
  head_.store(ring_.head(), std::memory_order_release);
  return woken;
}

void Topic::WakeFor(const Change& change, std::vector<ReaderPtr>& woken) {
  const auto wake = [&](Reader& reader) NO_THREAD_SAFETY_ANALYSIS {  // mutex_ is held
    UnparkLocked(reader);
    // Nothing that concerned it came while it waited, however far the ring has moved on.
    reader.cursor_ = change.revision() - 1;
    woken.push_back(reader.shared_from_this());
  };
  while (!waiting_.empty()) wake(*waiting_.front());
  if (waiting_by_id_.empty()) return;
  const auto found = waiting_by_id_.find(change.record().id());
  if (found == waiting_by_id_.end()) return;
  // Taken out as a whole: one by one would cost the square of their number.
  const std::vector<Reader*> concerned = std::move(found->second);
  waiting_by_id_.erase(found);
  for (Reader* reader : concerned) wake(*reader);
}

std::optional<std::vector<ChangePtr>> Topic::After(Revision cursor, std::size_t max) const {
  MutexLock lock(mutex_);
  if (cursor < ring_.floor()) return std::nullopt;
  return ring_.After(cursor, max);
}

bool Topic::Park(const ReaderPtr& reader, bool any_change) {
  MutexLock lock(mutex_);
  if (std::exchange(reader->poked_, false)) return false;
  if (reader->closed_ || reader->cursor_ < ring_.head()) return false;
  ParkLocked(reader, any_change || reader->followed_.every);
  return true;
}

void Topic::ParkLocked(const ReaderPtr& reader, bool wide) {
  reader->waiting_ = true;
  reader->waiting_wide_ = wide;
  if (wide) {
    reader->waiting_at_ = waiting_.insert(waiting_.end(), reader);
    return;
  }
  for (const std::string& id : reader->followed_.ids) waiting_by_id_[id].push_back(reader.get());
}

void Topic::SetFollowed(Reader& reader, Followed followed) {
  MutexLock lock(mutex_);
  const bool waiting = reader.waiting_;
  if (waiting) {
    UnparkLocked(reader);
    reader.cursor_ = ring_.head();
  }
  reader.followed_ = std::move(followed);
  if (waiting) ParkLocked(reader.shared_from_this(), reader.followed_.every);
}

bool Topic::Unpark(Reader& reader) {
  MutexLock lock(mutex_);
  return UnparkAtHeadLocked(reader);
}

bool Topic::Poke(Reader& reader) {
  MutexLock lock(mutex_);
  if (UnparkAtHeadLocked(reader)) return true;
  reader.poked_ = true;
  return false;
}

bool Topic::UnparkAtHeadLocked(Reader& reader) {
  if (!reader.waiting_) return false;
  UnparkLocked(reader);
  reader.cursor_ = ring_.head();
  return true;
}

void Topic::UnparkLocked(Reader& reader) {
  reader.waiting_ = false;
  if (reader.waiting_wide_) {
    // The list may hold the last reference but one; `readers_` or the caller holds another.
    waiting_.erase(reader.waiting_at_);
    return;
  }
  for (const std::string& id : reader.followed_.ids) {
    const auto found = waiting_by_id_.find(id);
    if (found == waiting_by_id_.end()) continue;  // WakeFor took it out
    std::vector<Reader*>& waiting = found->second;
    waiting.erase(std::remove(waiting.begin(), waiting.end(), &reader), waiting.end());
    if (waiting.empty()) waiting_by_id_.erase(found);
  }
}

bool Topic::Add(const ReaderPtr& reader) {
  MutexLock lock(mutex_);
  if (reader->closed_) return false;
  reader->listed_at_ = readers_.insert(readers_.end(), reader);
  reader->listed_ = true;
  return true;
}

bool Topic::Remove(Reader& reader) {
  ReaderPtr last;  // destroyed after the lock, since that may run the reader's destructor
  MutexLock lock(mutex_);
  if (reader.waiting_) UnparkLocked(reader);
  if (!reader.listed_) return false;
  reader.listed_ = false;
  last = std::move(*reader.listed_at_);
  readers_.erase(reader.listed_at_);
  return true;
}

std::vector<ReaderPtr> Topic::Readers() const {
  MutexLock lock(mutex_);
  return {readers_.begin(), readers_.end()};
}

std::size_t Topic::session_count() const {
  MutexLock lock(mutex_);
  return readers_.size();
}

std::shared_ptr<Audience> Topic::AudienceFor(Viewer viewer, const StreamEncoder& encoder,
                                             std::size_t max_batch) {
  const std::string channels = viewer.channels.Canonical();
  const std::string filters = viewer.filters.Canonical();
  // Whole texts, not fingerprints: two viewers that collided would see each other's records.
  std::string key =
      absl::StrCat(static_cast<int>(encoder.form()), "|", max_batch, "|", viewer.skip_unchanged,
                   viewer.caller.privileged, "|", viewer.caller.user_id, "|", channels.size(), ":",
                   channels, "|", filters.size(), ":", filters);
  for (const std::string& role : viewer.caller.roles->roles()) {
    absl::StrAppend(&key, "|", role.size(), ":", role);
  }
  MutexLock lock(mutex_);
  std::weak_ptr<Audience>& slot = audiences_[key];
  std::shared_ptr<Audience> audience = slot.lock();
  if (audience == nullptr) {
    audience = std::make_shared<Audience>(project_, *this, std::move(viewer), encoder, max_batch);
    slot = audience;
    if (audiences_.size() >= next_audience_sweep_) {
      absl::erase_if(audiences_, [](const auto& entry) { return entry.second.expired(); });
      next_audience_sweep_ = 2 * audiences_.size() + 64;
    }
  }
  return audience;
}

std::size_t Topic::audience_count() const {
  MutexLock lock(mutex_);
  return audiences_.size();
}

std::shared_ptr<const std::string> Topic::SharedBody(const StreamEncoder& encoder,
                                                     const std::vector<Told>& told) {
  std::string key(1, static_cast<char>(encoder.form()));
  for (const Told& item : told) {
    const Revision revision = item.change->revision() * 2 + (item.view == ChangeView::kRemoved);
    key.append(reinterpret_cast<const char*>(&revision), sizeof revision);
  }
  {
    MutexLock lock(bodies_mutex_);
    for (const CachedBody& cached : bodies_) {
      if (cached.key == key) return cached.body;
    }
  }
  const auto encode = [&encoder](const Change& change, ChangeView view) {
    return encoder.Entry(change, view);
  };
  std::vector<absl::string_view> entries;
  entries.reserve(told.size());
  for (const Told& item : told) {
    entries.emplace_back(item.change->Encoded(encoder.form(), item.view, encode));
  }
  auto body = std::make_shared<const std::string>(encoder.Body(entries));
  MutexLock lock(bodies_mutex_);
  bodies_[next_body_++ % bodies_.size()] = CachedBody{std::move(key), body};
  return body;
}

}  // namespace presences::hub
