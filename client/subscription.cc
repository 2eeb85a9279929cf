#include "client/subscription.h"

#include <utility>

namespace presences::client {
namespace {

template <typename Callback, typename... Arguments>
void Tell(const Callback& callback, const Arguments&... arguments) {
  if (callback) callback(arguments...);
}

}  // namespace

Subscription::Subscription(std::unique_ptr<EventStream> stream, Callbacks callbacks)
    : stream_(std::move(stream)),
      callbacks_(std::move(callbacks)),
      thread_("subscription", [this] { Follow(); }) {}

Subscription::~Subscription() {
  stream_->Cancel();
  thread_.Join();
}

void Subscription::Follow() {
  while (true) {
    const absl::StatusOr<StreamEvent> event = stream_->Next();
    if (!event.ok()) return Tell(callbacks_.on_end, event.status());
    Handle(*event);
  }
}

void Subscription::Handle(const StreamEvent& event) {
  std::vector<Presence> dropped;
  {
    MutexLock lock(mutex_);
    dropped = view_.Apply(event);
    resume_token_ = stream_->resume_token();
  }
  if (event.kind == StreamEvent::Kind::kReset) Tell(callbacks_.on_reset);
  if (event.kind == StreamEvent::Kind::kCurrent) Tell(callbacks_.on_current, dropped);
  for (const Change& change : event.changes) Tell(callbacks_.on_change, change);
}

std::vector<Presence> Subscription::Records() const {
  MutexLock lock(mutex_);
  return view_.Records();
}

std::optional<Presence> Subscription::Find(const std::string& id) const {
  MutexLock lock(mutex_);
  const Presence* found = view_.Find(id);
  if (found == nullptr) return std::nullopt;
  return *found;
}

bool Subscription::is_current() const {
  MutexLock lock(mutex_);
  return view_.is_current();
}

std::string Subscription::resume_token() const {
  MutexLock lock(mutex_);
  return resume_token_;
}

}  // namespace presences::client
