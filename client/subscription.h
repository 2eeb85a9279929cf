// Subscription: follows a stream on a thread of its own, keeps a view, and calls the application.
//
//   client::Subscription here(client.Subscribe({.queries = {only_online}}), {
//       .on_change = [](const client::Change& change) { ... },
//       .on_end = [](const absl::Status& why) { ... }});
//   for (const client::Presence& presence : here.Records()) ...
//
// Callbacks run on that one thread, one after another, after the view has changed; they may use
// the view, but must not destroy the subscription.
//
// Threads: any, except the destructor: one, and not in a callback.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/event_stream.h"
#include "client/presence_view.h"
#include "server/base/mutex.h"
#include "server/base/thread.h"

namespace presences::client {

class Subscription {
 public:
  struct Callbacks {
    // The view is stale until on_current; the state follows as changes.
    std::function<void()> on_reset = {};
    std::function<void(const Change& change)> on_change = {};
    // The view is exact. `dropped` went away unseen while the stream was interrupted.
    std::function<void(const std::vector<Presence>& dropped)> on_current = {};
    // The stream is over for good; CANCELLED when this side ended it.
    std::function<void(const absl::Status& why)> on_end = {};
  };

  Subscription(std::unique_ptr<EventStream> stream, Callbacks callbacks);
  // Ends the stream and waits for a running callback.
  ~Subscription();

  // A copy of the view, by id.
  std::vector<Presence> Records() const EXCLUDES(mutex_);
  // nullopt: not in view.
  std::optional<Presence> Find(const std::string& id) const EXCLUDES(mutex_);
  bool is_current() const EXCLUDES(mutex_);
  // Continues in a later subscription where this one stands.
  std::string resume_token() const EXCLUDES(mutex_);

 private:
  void Follow();
  void Handle(const StreamEvent& event) EXCLUDES(mutex_);

  // Constant after construction.
  const std::unique_ptr<EventStream> stream_;
  const Callbacks callbacks_;

  mutable Mutex mutex_;  // a leaf
  PresenceView view_ GUARDED_BY(mutex_);
  std::string resume_token_ GUARDED_BY(mutex_);

  Thread thread_;  // last: it uses everything above
};

}  // namespace presences::client
