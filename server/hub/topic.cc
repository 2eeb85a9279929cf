#include "server/hub/topic.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/hub/session.h"

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

std::vector<SessionPtr> Topic::Append(absl::Span<const ChangePtr> changes) {
  std::vector<SessionPtr> woken;
  MutexLock lock(mutex_);
  for (const ChangePtr& change : changes) {
    WakeFor(*change, woken);
    ring_.Append(change);
  }
  head_.store(ring_.head(), std::memory_order_release);
  return woken;
}

void Topic::WakeFor(const Change& change, std::vector<SessionPtr>& woken) {
  const auto wake = [&](Session& session) {
    UnparkLocked(session);
    // Nothing that concerned it came while it waited, however far the ring has moved on.
    session.cursor_ = change.revision() - 1;
    woken.push_back(session.shared_from_this());
  };
  while (!waiting_.empty()) wake(*waiting_.front());
  if (waiting_by_id_.empty()) return;
  const auto found = waiting_by_id_.find(change.record().id());
  if (found == waiting_by_id_.end()) return;
  const std::vector<Session*> concerned = found->second;
  for (Session* session : concerned) wake(*session);
}

std::optional<std::vector<ChangePtr>> Topic::After(Revision cursor, std::size_t max) const {
  MutexLock lock(mutex_);
  if (cursor < ring_.floor()) return std::nullopt;
  return ring_.After(cursor, max);
}

bool Topic::Park(const SessionPtr& session, bool any_change) {
  MutexLock lock(mutex_);
  if (session->closed_ || session->cursor_ < ring_.head()) return false;
  session->waiting_ = true;
  session->waiting_wide_ = any_change || session->ids_.empty();
  if (session->waiting_wide_) {
    session->waiting_at_ = waiting_.insert(waiting_.end(), session);
  } else {
    for (const std::string& id : session->ids_) waiting_by_id_[id].push_back(session.get());
  }
  return true;
}

bool Topic::Unpark(Session& session) {
  MutexLock lock(mutex_);
  if (!session.waiting_) return false;
  UnparkLocked(session);
  session.cursor_ = ring_.head();
  return true;
}

void Topic::UnparkLocked(Session& session) {
  session.waiting_ = false;
  if (session.waiting_wide_) {
    // The list may hold the last reference but one; `sessions_` or the caller holds another.
    waiting_.erase(session.waiting_at_);
    return;
  }
  for (const std::string& id : session.ids_) {
    const auto found = waiting_by_id_.find(id);
    std::vector<Session*>& waiting = found->second;
    waiting.erase(std::find(waiting.begin(), waiting.end(), &session));
    if (waiting.empty()) waiting_by_id_.erase(found);
  }
}

void Topic::Add(const SessionPtr& session) {
  MutexLock lock(mutex_);
  session->listed_at_ = sessions_.insert(sessions_.end(), session);
  session->listed_ = true;
}

bool Topic::Remove(Session& session) {
  SessionPtr last;  // destroyed after the lock, since that may run the session's destructor
  MutexLock lock(mutex_);
  if (session.waiting_) UnparkLocked(session);
  if (!session.listed_) return false;
  session.listed_ = false;
  last = std::move(*session.listed_at_);
  sessions_.erase(session.listed_at_);
  return true;
}

std::vector<SessionPtr> Topic::Sessions() const {
  MutexLock lock(mutex_);
  return {sessions_.begin(), sessions_.end()};
}

std::size_t Topic::session_count() const {
  MutexLock lock(mutex_);
  return sessions_.size();
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
