#include "server/hub/session.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/strip.h"
#include "server/base/reason.h"

namespace presences::hub {
namespace {

constexpr std::size_t kSnapshotBytes = 256 * 1024;

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
  resume_head_ = head;
  if (start_.resume_after) {
    phase_ = Phase::kResume;
  } else {
    phase_ = start_.snapshot ? Phase::kReset : Phase::kCurrent;
  }
  Enter(start_.resume_after.value_or(head));
}

Session::Step Session::TakeStep() {
  if (const std::optional<absl::Status> status = EndingStatus()) return Finish(*status);
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
  }
  return Step::kContinue;
}

std::optional<absl::Status> Session::EndingStatus() {
  if (start_.expires_at && services().clock.Now() >= *start_.expires_at) {
    return MakeError(Reason::kUserJwtInvalid,
                     "token: expired while the stream was open; subscribe again with a new token "
                     "and the last resume_token");
  }
  if (going_away()) {
    absl::Status status = MakeError(Reason::kGeneralShuttingDown,
                                    "this server is stopping; subscribe again with the last "
                                    "resume_token");
    SetRetryDelay(status, 1000);
    return status;
  }
  return std::nullopt;
}

Session::Step Session::Finish(const absl::Status& status) {
  if (going_away()) {
    // A session that has not been current has no point to resume from.
    const bool resumable = phase_ == Phase::kLive || phase_ == Phase::kResume;
    const std::string token = resumable ? audience_->TokenAt(cursor()) : "";
    sink().Write({audience_->encoder().Head(FrameKind::kGoingAway, token), nullptr, 0});
  }
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
    if (scan_->done()) {
      scanned_ = {};
      phase_ = Phase::kReplay;
      return AfterRead();
    }
    scanned_ = scan_->Next(services().clock.Now());
    scanned_next_ = 0;
    return Step::kContinue;
  }
  std::vector<std::string> texts;
  std::size_t bytes = 0;
  while (scanned_next_ < scanned_.size() && texts.size() < audience_->max_batch() &&
         bytes < kSnapshotBytes) {
    texts.push_back(audience_->encoder().SnapshotEntry(*scanned_[scanned_next_++]));
    bytes += texts.back().size();
  }
  const std::vector<absl::string_view> entries(texts.begin(), texts.end());
  Frame frame;
  frame.head = audience_->encoder().Head(FrameKind::kChanges, "");
  frame.body = std::make_shared<const std::string>(audience_->encoder().Body(entries));
  frame.changes = static_cast<int>(texts.size());
  return Send(std::move(frame));
}

ReadResult Session::Read() {
  if (scan_ == nullptr) return audience_->ReadAfter(cursor());
  const bool replay = phase_ == Phase::kReplay;
  return audience_->ReadJoining(
      cursor(), {replay ? scan_->covered() : std::numeric_limits<Revision>::max(), !replay,
                 [this](const Change& change) { return scan_->Contains(change); }});
}

Session::Step Session::ReadStep() {
  ReadResult result = Read();
  if (result.kind == ReadResult::Kind::kBehind) {
    services().count_reset(phase_ == Phase::kResume ? "resume_too_old" : "slow_consumer");
    phase_ = Phase::kReset;
    return Step::kContinue;
  }
  const bool moved = result.to > cursor();
  set_cursor(result.to);
  if (result.kind == ReadResult::Kind::kFrame) {
    const Step step = Send(std::move(result.frame));
    return step;
  }
  if (phase_ != Phase::kLive) {
    const Step step = AfterRead();
    if (step != Step::kPark) return step;
  }
  if (moved && result.more) return Step::kContinue;
  if (phase_ == Phase::kLive && cursor() >= topic().head() &&
      services().clock.Monotonic() - last_write() >= start_.heartbeat) {
    return SendMarker(FrameKind::kHeartbeat, audience_->TokenAt(cursor()));
  }
  return Step::kPark;
}

Session::Step Session::AfterRead() {
  const Revision target = phase_ == Phase::kReplay ? scan_->covered() : resume_head_;
  if (cursor() < target) return cursor() < topic().head() ? Step::kContinue : Step::kPark;
  if (scan_ != nullptr && scan_->settled()) scan_.reset();
  phase_ = Phase::kCurrent;
  return Step::kContinue;
}

Session::Step Session::SendMarker(FrameKind kind, const std::string& token) {
  return Send({audience_->encoder().Head(kind, token), nullptr, 0});
}

bool Session::IsDue(MonotonicTime now, TimePoint wall) const {
  return (start_.expires_at && wall >= *start_.expires_at) ||
         now - last_write() >= start_.heartbeat;
}

}  // namespace presences::hub
