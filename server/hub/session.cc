#include "server/hub/session.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/strip.h"
#include "server/base/reason.h"

namespace presences::hub {
namespace {

constexpr std::size_t kSnapshotBytes = 256 * 1024;

absl::Status CredentialOver(const Validity& validity) {
  if (validity.revoked()) {
    return MakeError(validity.standing->refusal(),
                     "credential: was revoked while the stream was open; subscribe again with "
                     "another one and the last resume_token");
  }
  return MakeError(Reason::kUserJwtInvalid,
                   "token: expired while the stream was open; subscribe again with a new "
                   "token and the last resume_token");
}

}  // namespace

Followed FollowedBy(const ChannelSet& channels) {
  Followed followed;
  followed.every = false;
  for (const std::string& name : channels.names()) {
    absl::string_view rest = name;
    if (!absl::ConsumePrefix(&rest, "presences")) continue;
    if (!absl::ConsumePrefix(&rest, ".") || rest == "upsert" || rest == "update" ||
        rest == "delete") {
      return {};
    }
    followed.ids.emplace_back(rest);
    // presences.a.update may follow record "a" or record "a.update".
    for (const char* suffix : {".upsert", ".update", ".delete"}) {
      if (absl::EndsWith(rest, suffix)) {
        followed.ids.emplace_back(absl::StripSuffix(rest, suffix));
      }
    }
  }
  std::sort(followed.ids.begin(), followed.ids.end());
  followed.ids.erase(std::unique(followed.ids.begin(), followed.ids.end()), followed.ids.end());
  return followed;
}

Session::Session(std::shared_ptr<Topic> topic, std::shared_ptr<Audience> audience,
                 std::shared_ptr<Sink> sink, Start start, const Services& services)
    : Reader(std::move(topic), std::move(sink), FollowedBy(audience->viewer().channels), services),
      audience_(std::move(audience)),
      start_(start) {}

void Session::Begin() {
  const Revision head = topic().head();
  target_ = head;
  if (start_.resume_after) {
    phase_ = Phase::kResume;
  } else {
    phase_ = start_.snapshot ? Phase::kReset : Phase::kCurrent;
  }
  Enter(start_.resume_after.value_or(head));
}

Session::Step Session::TakeStep() {
  if (start_.validity.IsOver(services().clock.Now())) return End(CredentialOver(start_.validity));
  if (going_away() && !OwesChanges()) return GoAwayStep();
  switch (phase_) {
    case Phase::kReset:
      return ResetStep();
    case Phase::kScan:
      return ScanStep();
    case Phase::kCurrent:
      phase_ = Phase::kLive;
      return SendMarker(FrameKind::kCurrent, audience_->TokenAt(cursor()));
    case Phase::kReplay:
    case Phase::kResume:
    case Phase::kLive:
      return ReadStep();
    case Phase::kGone:
      break;
  }
  return Step::kContinue;
}

// The server that takes the token may not have these changes any more: its ring begins at its
// start.
bool Session::OwesChanges() const {
  if (phase_ == Phase::kLive || phase_ == Phase::kResume) return cursor() < topic().head();
  return phase_ == Phase::kCurrent && start_.resume_after.has_value();
}

// Told in one step and ended in the next, so that the frame is a write like any other: the
// transport says Ready after it, and a peer that does not take it is cut off.
Session::Step Session::GoAwayStep() {
  if (phase_ == Phase::kGone) {
    absl::Status status =
        MakeError(Reason::kGeneralShuttingDown,
                  "this server sends its subscribers on: it stops, or the stream is "
                  "old enough; subscribe again with the last resume_token");
    SetRetryDelay(status, 1000);
    return End(status);
  }
  // A session that has not been current has no point to resume from.
  const bool resumable = phase_ == Phase::kLive || phase_ == Phase::kResume;
  phase_ = Phase::kGone;
  return SendMarker(FrameKind::kGoingAway, resumable ? audience_->TokenAt(cursor()) : "");
}

Session::Step Session::End(const absl::Status& status) {
  Close();
  sink().End(status);
  return Step::kPassedOn;
}

Session::Step Session::ResetStep() {
  set_cursor(topic().head());
  scan_ = std::make_unique<SnapshotScan>(audience_->viewer(), topic().state());
  scanned_.clear();
  scanned_next_ = 0;
  phase_ = Phase::kScan;
  return SendMarker(FrameKind::kReset, "");
}

Session::Step Session::ScanStep() {
  if (scanned_next_ == scanned_.size()) {
    scanned_ = {};
    scanned_next_ = 0;
    if (scan_->done()) {
      phase_ = Phase::kReplay;
      target_ = scan_->covered();
    } else {
      scanned_ = scan_->Next();
    }
    return Step::kContinue;
  }
  const TimePoint now = services().clock.Now();
  std::vector<std::string> texts;
  std::size_t bytes = 0;
  while (scanned_next_ < scanned_.size() && texts.size() < audience_->max_batch() &&
         bytes < kSnapshotBytes) {
    const Presence& record = *scanned_[scanned_next_++];
    if (record.expires_at() <= now) {
      scan_->LeaveOut(record);
      continue;
    }
    texts.push_back(audience_->encoder().SnapshotEntry(record));
    bytes += texts.back().size();
  }
  if (texts.empty()) return Step::kContinue;
  const std::vector<absl::string_view> entries(texts.begin(), texts.end());
  Frame frame;
  frame.head = audience_->encoder().Head(FrameKind::kChanges, "");
  frame.body = std::make_shared<const std::string>(audience_->encoder().Body(entries));
  frame.changes = static_cast<int>(texts.size());
  return Send(std::move(frame));
}

ReadResult Session::Read() {
  const bool replay = phase_ == Phase::kReplay;
  if (!replay && scan_ != nullptr && scan_->settled()) scan_.reset();
  if (scan_ == nullptr) return audience_->ReadAfter(cursor());
  return audience_->ReadJoining(cursor(),
                                {replay ? target_ : std::numeric_limits<Revision>::max(), !replay,
                                 [this](const Change& change) { return scan_->ViewOf(change); }});
}

Session::Step Session::ReadStep() {
  // Before reading on: under steady writes there is always more.
  if (phase_ != Phase::kLive && cursor() >= target_) {
    phase_ = Phase::kCurrent;
    return Step::kContinue;
  }
  ReadResult result = Read();
  if (result.kind == ReadResult::Kind::kBehind) {
    services().count_reset(phase_ == Phase::kResume ? "resume_too_old" : "slow_consumer");
    phase_ = Phase::kReset;
    return Step::kContinue;
  }
  const bool moved = result.to > cursor();
  set_cursor(result.to);
  if (result.kind == ReadResult::Kind::kFrame) {
    if (phase_ != Phase::kLive) result.frame.oldest = TimePoint();  // it was away: no lag of ours
    return Send(std::move(result.frame));
  }
  if (moved) return Step::kContinue;
  if (phase_ == Phase::kLive && cursor() >= topic().head() &&
      services().clock.Monotonic() - last_write() >= start_.heartbeat) {
    return SendMarker(FrameKind::kHeartbeat, audience_->TokenAt(cursor()));
  }
  return Step::kPark;
}

Session::Step Session::SendMarker(FrameKind kind, const std::string& token) {
  return Send({audience_->encoder().Head(kind, token), nullptr, 0});
}

bool Session::IsDue(MonotonicTime now, TimePoint wall) const {
  return start_.validity.IsOver(wall) || now - last_write() >= start_.heartbeat;
}

}  // namespace presences::hub
