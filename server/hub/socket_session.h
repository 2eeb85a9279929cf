// SocketSession: a connection with many subscriptions that come and go, and a caller that may
// change: the Realtime socket.
//
// It follows the ring like a stream, but brings no snapshot (SDKs list first) and no markers. One
// event per change and connection carries the ids of all subscriptions that it is for; a change
// that one subscription sees and another loses sight of gives two.
//
// Threads: as Reader; the methods here may be called while a lane takes the session's turn.
// Lock order: its own mutex, then Topic.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "server/base/mutex.h"
#include "server/base/standing.h"
#include "server/core/caller.h"
#include "server/core/channel.h"
#include "server/core/filter.h"
#include "server/core/stream_encoder.h"
#include "server/hub/reader.h"
#include "server/hub/topic.h"

namespace presences::hub {

struct SocketSubscription {
  std::string id;  // the client's
  ChannelSet channels;
  FilterSet filters;
};

class SocketSession final : public Reader {
 public:
  // `on_expired` runs when the caller's credential has run out or was revoked: from then on no
  // event is sent until SetCaller. `on_behind` runs when the connection fell off the ring: it has
  // missed changes and must be closed, retryably. Both on whatever thread has the turn.
  struct Events {
    std::function<void()> on_expired;
    std::function<void()> on_behind;
    std::function<void()> on_going_away;
  };

  SocketSession(std::shared_ptr<Topic> topic, std::shared_ptr<Sink> sink, Caller caller,
                Validity validity, const SocketEncoder& encoder, Events events,
                const Services& services);
  ~SocketSession() override;

  // Called once, by the opener.
  void Begin();

  // Adds subscriptions; one whose id is known is replaced. Changes committed before the call are
  // not told to them.
  void Subscribe(std::vector<SocketSubscription> subscriptions);
  // False: no subscription has this id.
  bool Unsubscribe(const std::string& id);
  std::size_t subscription_count() const;

  // Another caller, or the same with other roles. Subscriptions stay; records that the caller
  // before could see and this one cannot are told as removed.
  void SetCaller(Caller caller, Validity validity);

 private:
  struct Entry {
    SocketSubscription subscription;
    Revision since;  // hears only later changes
  };
  // What the session looks with; replaced as a whole, so that a turn works on one version.
  struct View {
    Caller caller;
    Validity validity;
    std::vector<std::shared_ptr<const Entry>> entries;
  };
  using ViewPtr = std::shared_ptr<const View>;
  class Switch;

  Step TakeStep() override;
  bool IsDue(MonotonicTime now, TimePoint wall) const override;

  ViewPtr view() const;
  void Refollow(const View& view);
  void AppendEvent(const Change& change, const View& view, std::string& out, int* count) const;
  ChangeView ViewOf(const Change& change, const View& view, const Entry& entry) const;
  Step ExpireStep(const ViewPtr& expired);
  Step SwitchStep();

  const SocketEncoder& encoder_;
  const Events events_;

  mutable Mutex mutex_;
  ViewPtr view_ GUARDED_BY(mutex_);
  ViewPtr former_ GUARDED_BY(mutex_);  // to be left behind at the next turn

  std::atomic<bool> told_expired_{false};
  std::atomic<bool> suspended_{false};  // owned by nobody until SetCaller

  // Owned by whoever has the turn.
  std::unique_ptr<Switch> switch_;
};

using SocketSessionPtr = std::shared_ptr<SocketSession>;

}  // namespace presences::hub
