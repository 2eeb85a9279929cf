// Session: one subscriber of a stream: reset, snapshot, replay, current, then changes as they come.
//
// Threads: as Reader.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "server/base/standing.h"
#include "server/hub/audience.h"
#include "server/hub/reader.h"
#include "server/hub/snapshot.h"
#include "server/hub/topic.h"

namespace presences::hub {

class Session final : public Reader {
 public:
  struct Start {
    bool snapshot = true;                  // false: begin with `current`
    std::optional<Revision> resume_after;  // begin with the changes after this revision
    Validity validity;                     // end as UNAUTHENTICATED when it is over
    std::chrono::milliseconds heartbeat{15'000};
  };

  Session(std::shared_ptr<Topic> topic, std::shared_ptr<Audience> audience,
          std::shared_ptr<Sink> sink, Start start, const Services& services);

  // Called once, by the opener.
  void Begin();

 private:
  enum class Phase { kReset, kScan, kReplay, kResume, kCurrent, kLive, kGone };

  Step TakeStep() override;
  bool IsDue(MonotonicTime now, TimePoint wall) const override;
  bool WakesForAny() const override { return phase_ == Phase::kReplay; }

  Step ResetStep();
  Step ScanStep();
  Step ReadStep();
  ReadResult Read();
  Step GoAwayStep();
  // Has been current, and there are changes that it was not told.
  bool OwesChanges() const;
  Step SendMarker(FrameKind kind, const std::string& token);
  Step End(const absl::Status& status);

  const std::shared_ptr<Audience> audience_;
  const Start start_;

  // Owned by whoever has the turn.
  Phase phase_ = Phase::kReset;
  std::unique_ptr<SnapshotScan> scan_;
  std::vector<PresencePtr> scanned_;  // listed, not yet sent
  std::size_t scanned_next_ = 0;
  Revision target_ = 0;  // kReplay, kResume: current once it has read this far
};

using SessionPtr = std::shared_ptr<Session>;

// The records that changes on these channels can concern.
Followed FollowedBy(const ChannelSet& channels);

}  // namespace presences::hub
