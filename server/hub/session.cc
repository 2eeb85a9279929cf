#include "server/hub/session.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/strip.h"
#include "server/base/reason.h"

namespace presences::hub {
namespace {

constexpr int kStepsPerTurn = 8;  // then other sessions of the lane come first
constexpr std::size_t kSnapshotBytes = 256 * 1024;

// The records that the channels can concern; empty: any.
std::vector<std::string> FollowedIds(const ChannelSet& channels) {
  std::vector<std::string> ids;
  for (const std::string& name : channels.names()) {
    absl::string_view rest = name;
    if (!absl::ConsumePrefix(&rest, "presences")) continue;
    if (!absl::ConsumePrefix(&rest, ".") || rest == "upsert" || rest == "update" ||
        rest == "delete") {
      return {};
    }
    ids.emplace_back(rest);
    // presences.a.update may follow record "a" or record "a.update".
    for (const char* suffix : {".upsert", ".update", ".delete"}) {
      if (absl::EndsWith(rest, suffix)) ids.emplace_back(absl::StripSuffix(rest, suffix));
    }
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

}  // namespace

Session::Session(std::shared_ptr<Topic> topic, std::shared_ptr<Audience> audience,
                 std::shared_ptr<Sink> sink, Start start, const Services& services)
    : topic_(std::move(topic)),
      audience_(std::move(audience)),
      sink_(std::move(sink)),
      start_(start),
      services_(services),
      ids_(FollowedIds(audience_->viewer().channels)) {}

void Session::Begin() {
  last_write_ = services_.clock.Monotonic().time_since_epoch().count();
  const Revision head = topic_->head();
  cursor_ = start_.resume_after.value_or(head);
  resume_head_ = head;
  if (start_.resume_after) {
    phase_ = Phase::kResume;
  } else {
    phase_ = start_.snapshot ? Phase::kReset : Phase::kCurrent;
  }
  topic_->Add(shared_from_this());
  services_.count_watchers(1);
  TakeTurn();
}

void Session::Ready() {
  writing_ = false;
  TakeTurn();
}

void Session::Close() {
  closed_ = true;
  if (topic_->Remove(*this)) services_.count_watchers(-1);
}

void Session::GoAway() { going_away_ = true; }

void Session::TakeTurn() {
  // Once a step has passed the session on (to the sink, the topic or nobody), another thread may
  // own it already: nothing of it is touched after that.
  for (int i = 0; i < kStepsPerTurn; ++i) {
    if (closed_) return;
    switch (TakeStep()) {
      case Step::kContinue:
        break;
      case Step::kPassedOn:
        return;
      case Step::kPark:
        if (topic_->Park(shared_from_this(), phase_ == Phase::kReplay)) return;
        break;
    }
  }
  services_.schedule(shared_from_this());
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
      return SendMarker(FrameKind::kCurrent, audience_->TokenAt(cursor_));
    case Phase::kReplay:
    case Phase::kResume:
    case Phase::kLive:
      return ReadStep();
  }
  return Step::kContinue;
}

std::optional<absl::Status> Session::EndingStatus() {
  if (start_.expires_at && services_.clock.Now() >= *start_.expires_at) {
    return MakeError(Reason::kUserJwtInvalid,
                     "token: expired while the stream was open; subscribe again with a new token "
                     "and the last resume_token");
  }
  if (going_away_) {
    absl::Status status = MakeError(Reason::kGeneralShuttingDown,
                                    "this server is stopping; subscribe again with the last "
                                    "resume_token");
    SetRetryDelay(status, 1000);
    return status;
  }
  return std::nullopt;
}

Session::Step Session::Finish(const absl::Status& status) {
  if (going_away_) {
    // A session that has not been current has no point to resume from.
    const bool resumable = phase_ == Phase::kLive || phase_ == Phase::kResume;
    const std::string token = resumable ? audience_->TokenAt(cursor_) : "";
    sink_->Write({audience_->encoder().Head(FrameKind::kGoingAway, token), nullptr, 0});
  }
  Close();
  sink_->End(status);
  return Step::kPassedOn;
}

Session::Step Session::ResetStep() {
  cursor_ = topic_->head();
  scan_ = std::make_unique<SnapshotScan>(audience_->viewer(), topic_->state());
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
    scanned_ = scan_->Next(services_.clock.Now());
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
  if (scan_ == nullptr) return audience_->ReadAfter(cursor_);
  const bool replay = phase_ == Phase::kReplay;
  return audience_->ReadJoining(
      cursor_, {replay ? scan_->covered() : std::numeric_limits<Revision>::max(), !replay,
                [this](const Change& change) { return scan_->Contains(change); }});
}

Session::Step Session::ReadStep() {
  ReadResult result = Read();
  if (result.kind == ReadResult::Kind::kBehind) {
    services_.count_reset(phase_ == Phase::kResume ? "resume_too_old" : "slow_consumer");
    phase_ = Phase::kReset;
    return Step::kContinue;
  }
  const bool moved = result.to > cursor_;
  cursor_ = result.to;
  if (result.kind == ReadResult::Kind::kFrame) {
    const Step step = Send(std::move(result.frame));
    return step;
  }
  if (phase_ != Phase::kLive) {
    const Step step = AfterRead();
    if (step != Step::kPark) return step;
  }
  if (moved && result.more) return Step::kContinue;
  const auto silence = services_.clock.Monotonic().time_since_epoch().count() - last_write_;
  if (phase_ == Phase::kLive && cursor_ >= topic_->head() &&
      MonotonicTime::duration(silence) >= start_.heartbeat) {
    return SendMarker(FrameKind::kHeartbeat, audience_->TokenAt(cursor_));
  }
  return Step::kPark;
}

Session::Step Session::AfterRead() {
  const Revision target = phase_ == Phase::kReplay ? scan_->covered() : resume_head_;
  if (cursor_ < target) return cursor_ < topic_->head() ? Step::kContinue : Step::kPark;
  if (scan_ != nullptr && scan_->settled()) scan_.reset();
  phase_ = Phase::kCurrent;
  return Step::kContinue;
}

Session::Step Session::SendMarker(FrameKind kind, const std::string& token) {
  return Send({audience_->encoder().Head(kind, token), nullptr, 0});
}

Session::Step Session::Send(Frame frame) {
  last_write_ = services_.clock.Monotonic().time_since_epoch().count();
  services_.count_deliveries(frame.changes);
  writing_ = true;
  if (!sink_->Write(std::move(frame))) return Step::kPassedOn;
  writing_ = false;
  return Step::kContinue;
}

bool Session::NeedsTurn(MonotonicTime now, TimePoint wall,
                        std::chrono::milliseconds write_timeout) {
  const MonotonicTime last{MonotonicTime::duration(last_write_.load())};
  if (writing_) {
    if (now - last > write_timeout) {
      Close();
      sink_->Abort(MakeError(Reason::kSlowConsumer,
                             "the subscriber took no data for too long; subscribe again with the "
                             "last resume_token"));
    }
    return false;
  }
  const bool due = going_away_ || (start_.expires_at && wall >= *start_.expires_at) ||
                   now - last >= start_.heartbeat;
  return due && topic_->Unpark(*this);
}

}  // namespace presences::hub
