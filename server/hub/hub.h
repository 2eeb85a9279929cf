// Hub: hands committed changes to the sessions that may see them.
//
// Writers only append to a ring and pass on the sessions that waited; lanes and the transports'
// own threads do the reading, so a million readers cost a writer one append.
//
// Threads: any. Lock order: Audience, Topic; lanes' queues alone (docs/lock-order.md).
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/base/clock.h"
#include "server/base/heartbeat.h"
#include "server/base/metrics.h"
#include "server/core/stream_encoder.h"
#include "server/hub/ring.h"
#include "server/hub/session.h"
#include "server/hub/sink.h"
#include "server/hub/socket_session.h"
#include "server/hub/viewer.h"
#include "server/store/committer.h"

namespace presences::hub {

// What a subscriber asks for; everything in it has been checked.
struct Subscription {
  std::uint32_t project = 0;
  Viewer viewer;
  const StreamEncoder* encoder = nullptr;
  std::string resume_token;  // empty: none
  bool snapshot = true;
  std::size_t max_batch = 100;  // 1-100
  Validity validity;            // of the credential, skew included
  std::string surface;          // label of metrics: grpc, sse, websocket
};

class Hub final : public store::ChangeListener {
 public:
  struct Options {
    ChangeRing::Limits ring;
    int lanes = 1;
    std::chrono::milliseconds heartbeat{15'000};      // ± 10 % per session
    std::chrono::milliseconds write_timeout{10'000};  // then a peer counts as dead
    std::chrono::milliseconds housekeeping{250};      // how often deadlines are looked at
    Heartbeats* heartbeats = &Heartbeats::None();
  };
  struct Project {
    std::string id;
    const store::State* state;
    store::LogHead head;
  };

  Hub(Options options, const std::vector<Project>& projects, Clock& clock, Metrics& metrics);
  // Closes the sessions that are still open; their sinks hear nothing of it. Closed sessions may
  // outlive the hub.
  ~Hub() override;

  void OnChanges(std::uint32_t project, absl::Span<const ChangePtr> changes) override;

  // Makes a session that writes to `sink`; nothing is sent before its Begin().
  // GENERAL_ARGUMENT_INVALID: the resume token is damaged, of another request, or of the future.
  // A token that is too old, of another epoch, or of another sight leads to `reset` instead.
  absl::StatusOr<SessionPtr> Open(Subscription subscription, std::shared_ptr<Sink> sink);

  // Makes a session for a socket; the transport calls Begin(). `surface` labels metrics.
  SocketSessionPtr OpenSocket(std::uint32_t project, std::shared_ptr<Sink> sink, Caller caller,
                              Validity validity, const SocketEncoder& encoder,
                              SocketSession::Events events, const std::string& surface);

  // Tells every session `going_away`, spread evenly over `window`, and ends it.
  void GoAway(std::chrono::milliseconds window);
  std::size_t session_count() const;
  // Open subscriptions by surface, those that had some once.
  std::map<std::string, std::size_t> SubscriptionsBySurface() const;
  // Resume tokens of this revision and newer ones can be gone on from.
  Revision OldestResumable(std::uint32_t project) const;

  // Stops the lanes; no session gets a turn afterwards.
  void Stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace presences::hub
