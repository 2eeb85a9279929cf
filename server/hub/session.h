// Session: one subscriber's way through the ring.
//
// reset, snapshot, replay, current, then changes as they come. It holds a cursor, not a queue; at
// any moment exactly one party owns it: a thread that takes its turn, the sink that is writing,
// or the topic in which it waits.
//
// Threads: any for the public methods. Lock order: none held while the sink is called.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "server/base/clock.h"
#include "server/hub/audience.h"
#include "server/hub/sink.h"
#include "server/hub/snapshot.h"
#include "server/hub/topic.h"

namespace presences::hub {

class Session : public std::enable_shared_from_this<Session> {
 public:
  // What a session needs of its hub.
  struct Services {
    Clock& clock;
    // Gives the session a turn on a lane, soon.
    std::function<void(SessionPtr)> schedule;
    std::function<void(int by)> count_watchers;
    std::function<void(int changes)> count_deliveries;
    std::function<void(const char* reason)> count_reset;
  };
  struct Start {
    bool snapshot = true;                  // false: begin with `current`
    std::optional<Revision> resume_after;  // begin with the changes after this revision
    std::optional<TimePoint> expires_at;   // end with USER_JWT_INVALID then
    std::chrono::milliseconds heartbeat{15'000};
  };

  Session(std::shared_ptr<Topic> topic, std::shared_ptr<Audience> audience,
          std::shared_ptr<Sink> sink, Start start, const Services& services);

  // Called once, by the opener.
  void Begin();
  // Called by the sink when it can take a frame again, after Write answered false.
  void Ready();
  // No frame follows; idempotent. Called by the transport when the peer is gone.
  void Close();
  // Takes the session's turn; only by a lane, after `schedule`.
  void TakeTurn();

  // Looks after deadlines; answers true when the session must be given a turn, and then it waits
  // no more. `write_timeout`: longer in one write is a dead peer, and the sink is aborted.
  bool NeedsTurn(MonotonicTime now, TimePoint wall, std::chrono::milliseconds write_timeout);
  // Ends the session with `going_away` at its next turn.
  void GoAway();

 private:
  friend class Topic;
  enum class Phase { kReset, kScan, kReplay, kResume, kCurrent, kLive };
  enum class Step { kContinue, kPassedOn, kPark };

  Step TakeStep();
  Step ResetStep();
  Step ScanStep();
  Step ReadStep();
  ReadResult Read();
  Step AfterRead();
  Step SendMarker(FrameKind kind, const std::string& token);
  Step Send(Frame frame);
  Step Finish(const absl::Status& status);
  std::optional<absl::Status> EndingStatus();

  const std::shared_ptr<Topic> topic_;
  const std::shared_ptr<Audience> audience_;
  const std::shared_ptr<Sink> sink_;
  const Start start_;
  const Services& services_;

  // Owned by whoever has the turn.
  Phase phase_;
  std::unique_ptr<SnapshotScan> scan_;
  std::vector<PresencePtr> scanned_;  // listed, not yet sent
  std::size_t scanned_next_ = 0;
  Revision resume_head_ = 0;  // a resumed session is current once it has read this far

  std::atomic<Revision> cursor_{0};
  std::atomic<bool> closed_{false};
  std::atomic<bool> writing_{false};
  std::atomic<bool> going_away_{false};
  std::atomic<MonotonicTime::rep> last_write_{0};

  // Guarded by the Topic's mutex.
  const std::vector<std::string> ids_;  // follows these records only; empty: every record
  bool waiting_ = false;
  bool waiting_wide_ = false;  // in the list of those that every change wakes
  std::list<SessionPtr>::iterator waiting_at_;
  std::list<SessionPtr>::iterator listed_at_;
  bool listed_ = false;
};

}  // namespace presences::hub
