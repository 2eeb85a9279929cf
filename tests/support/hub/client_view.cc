#include "tests/support/hub/client_view.h"

#include <algorithm>

#include "gtest/gtest.h"
#include "server/hub/resume_token.h"

namespace presences::testing {

void ClientView::BeginStream(bool with_token) {
  phase_ = Phase::kBegun;
  with_token_ = with_token;
  if (with_token) newest_ = std::max(newest_, token_revision_);
}

void ClientView::Apply(const TextFrame& frame) {
  EXPECT_TRUE(phase_ != Phase::kBegun || with_token_ || frame.kind == FrameKind::kReset ||
              frame.kind == FrameKind::kGoingAway)
      << "a stream without a token begins with " << ToText(frame.kind);
  switch (frame.kind) {
    case FrameKind::kReset:
      ApplyReset();
      break;
    case FrameKind::kChanges:
      if (phase_ == Phase::kBegun) phase_ = Phase::kResuming;
      for (const TextChange& change : frame.changes) ApplyChange(change);
      break;
    case FrameKind::kCurrent:
      EXPECT_NE(phase_, Phase::kLive) << "current twice";
      break;
    case FrameKind::kHeartbeat:
      EXPECT_EQ(phase_, Phase::kLive) << "a heartbeat before current";
      break;
    case FrameKind::kGoingAway:
      break;
  }
  TakeToken(frame);
  if (frame.kind == FrameKind::kCurrent) ApplyCurrent();
}

void ClientView::ApplyReset() {
  phase_ = Phase::kState;
  resumed_ = false;
  ++resets_;
  records_.clear();
  told_.clear();
  newest_ = 0;
  // What it leads on from has been dropped.
  token_.clear();
  token_revision_ = 0;
}

void ClientView::ApplyCurrent() {
  if (phase_ != Phase::kState) resumed_ = true;
  EXPECT_GE(token_revision_, newest_) << "current, but behind what was told";
  newest_ = token_revision_;
  phase_ = Phase::kLive;
}

void ClientView::ApplyChange(const TextChange& change) {
  const std::string text = ToText(change);
  if (phase_ == Phase::kResuming) resumed_ = true;
  if (phase_ == Phase::kState) {
    EXPECT_GT(change.revision, told_[change.id]) << text << " repeats or goes back";
  } else {
    EXPECT_GT(change.revision, newest_) << text << " repeats or goes back";
  }
  told_[change.id] = change.revision;
  newest_ = std::max(newest_, change.revision);
  if (change.type == "UPSERTED" || change.type == "UPDATED") {
    EXPECT_EQ(change.record_revision, change.revision) << text;
    records_[change.id] = change;
  } else {
    ApplyRemoval(change);
  }
}

void ClientView::ApplyRemoval(const TextChange& change) {
  const std::string text = ToText(change);
  EXPECT_LT(change.record_revision, change.revision) << text;
  const auto known = records_.find(change.id);
  if (known == records_.end()) {
    // A token does not carry which records a snapshot left out because they were past their
    // expiry; so the end of one may be told on the stream that resumes.
    EXPECT_TRUE(!knows_all_ || (resumed_ && change.type == "EXPIRED"))
        << text << " leaves, but was not there";
    return;
  }
  if (knows_all_ && !skips_times_) {
    EXPECT_EQ(change.record_revision, known->second.record_revision)
        << text << " does not show the state that was seen last";
  }
  records_.erase(known);
}

void ClientView::TakeToken(const TextFrame& frame) {
  if (phase_ == Phase::kState && frame.kind != FrameKind::kCurrent) {
    EXPECT_EQ(frame.token, "") << "a token before current";
    return;
  }
  if (frame.token.empty()) {
    EXPECT_EQ(frame.kind, FrameKind::kGoingAway) << "no token with " << ToText(frame.kind);
    return;
  }
  const auto token = hub::ResumeToken::Decode(frame.token);
  ASSERT_TRUE(token.has_value()) << frame.token;
  EXPECT_GE(token->revision, newest_) << "a token behind its frame";
  token_ = frame.token;
  token_revision_ = token->revision;
}

}  // namespace presences::testing
