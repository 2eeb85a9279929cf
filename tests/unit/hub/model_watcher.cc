#include "tests/unit/hub/model_watcher.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/hub/resume_token.h"

namespace presences::hub {

using presences::testing::IsOk;

ModelWatcher::ModelWatcher(World world, std::mt19937_64& random)
    : world_(world), eye_(Eye::Random(random)), view_(eye_.keeps_view(), eye_.skips_unchanged()) {}

void ModelWatcher::Connect(std::mt19937_64& random) {
  constexpr Mode kModes[] = {Mode::kOpen, Mode::kPool, Mode::kManual};
  constexpr std::size_t kBatches[] = {1, 7, 100};
  const WatchSpec spec = eye_.Spec();
  Subscription subscription;
  subscription.viewer = ViewerOf(spec);
  subscription.encoder = &world_.encoder;
  subscription.resume_token = view_.token();
  subscription.max_batch = kBatches[random() % 3];
  sink_ = std::make_shared<RecordingSink>(kModes[random() % 3], &world_.pool);
  sink_->StampWith(world_.clock);
  auto session = world_.hub.Open(std::move(subscription), sink_);
  ASSERT_THAT(session, IsOk()) << Describe();
  session_ = *std::move(session);
  sink_->Attach(session_);
  view_.BeginStream(!view_.token().empty());
  in_state_ = false;
  began_ = false;
  ++world_.counts.streams;
  session_->Begin();
}

void ModelWatcher::Disconnect(std::size_t lost) {
  if (!connected()) return;
  if (cut_off()) ++world_.counts.cut_off;
  session_->Close();
  session_.reset();
  AbsorbAllBut(lost);
}

void ModelWatcher::SpeedUp(std::mt19937_64& random) {
  if (!connected() || cut_off()) {
    Disconnect(0);
    Connect(random);
  }
  sink_->SetMode(Mode::kOpen);
  sink_->Release();
}

void ModelWatcher::AbsorbAllBut(std::size_t lost) {
  if (sink_ == nullptr) return;
  std::vector<TextFrame> frames = sink_->TakeFrames();
  frames.resize(frames.size() - std::min(lost, frames.size()));
  for (const TextFrame& frame : frames) {
    SCOPED_TRACE(absl::StrCat(Describe(), ": ", presences::testing::ToText(frame.kind)));
    Judge(frame);
    view_.Apply(frame);
    Count(frame);
    if (frame.kind == FrameKind::kCurrent) JudgeCurrent(frame);
  }
}

void ModelWatcher::Judge(const TextFrame& frame) {
  if (frame.kind == FrameKind::kReset) {
    in_state_ = true;
    resumed_ = false;
  } else {
    if (!began_ && !in_state_) {
      resumed_ = true;
      ++world_.counts.resumed;
    }
    if (in_state_) {
      JudgeState(frame);
    } else {
      JudgeChanges(frame);
    }
  }
  began_ = true;
}

// Each change between reset and current was true and visible when it was made.
void ModelWatcher::JudgeState(const TextFrame& frame) {
  std::map<std::string, bool> known;  // where the frame has changed it
  for (const TextChange& told : frame.changes) {
    const ChangePtr change = world_.history.At(told.revision);
    EXPECT_EQ(told.id, std::string(change->record().id()));
    if (told.type == "UPSERTED") {  // of the list, or a change
      EXPECT_TRUE(change->after() && eye_.Sees(*change->after()))
          << presences::testing::ToText(told) << " may not be seen";
    } else {
      const bool knew = known.contains(told.id) ? known[told.id] : view_.knows(told.id);
      EXPECT_EQ(eye_.ToldAs(*change, knew).value_or("nothing"), told.type)
          << presences::testing::ToText(told);
    }
    known[told.id] = told.type == "UPSERTED" || told.type == "UPDATED";
  }
}

// A frame with a token tells exactly what may be told between the token before and its own.
void ModelWatcher::JudgeChanges(const TextFrame& frame) {
  const auto token = ResumeToken::Decode(frame.token);
  ASSERT_TRUE(token.has_value());
  std::map<std::string, bool> known;  // where the frame has changed it
  std::size_t next = 0;
  for (const ChangePtr& change : world_.history.Between(view_.token_revision(), token->revision)) {
    const std::string id(change->record().id());
    bool knew = change->before() && eye_.Sees(*change->before());
    if (eye_.keeps_view() && !resumed_) {
      // A record that the state left out, because it was past its expiry, is not known.
      knew = known.contains(id) ? known[id] : view_.knows(id);
    }
    const std::optional<std::string> type = eye_.ToldAs(*change, knew);
    if (!type) continue;
    known[id] = *type == "UPSERTED" || *type == "UPDATED";
    const std::string expected = absl::StrCat(*type, " ", id, "@", change->revision());
    ASSERT_LT(next, frame.changes.size()) << expected << " is missing";
    const TextChange& told = frame.changes[next++];
    ASSERT_EQ(absl::StrCat(told.type, " ", told.id, "@", told.revision), expected);
  }
  ASSERT_EQ(next, frame.changes.size())
      << presences::testing::ToText(frame.changes[next]) << " should not be told";
}

// After a reset: exactly the state at the token's revision.
void ModelWatcher::JudgeCurrent(const TextFrame& frame) {
  if (!std::exchange(in_state_, false)) return;
  ++world_.counts.checked_states;
  if (!eye_.keeps_view()) return;
  auto records = world_.history.RecordsAt(view_.token_revision());
  for (auto record = records.begin(); record != records.end();) {
    // Past its expiry it may have been left out.
    const bool late = record->second->expires_at() <= frame.at && !view_.knows(record->first);
    record = late ? records.erase(record) : std::next(record);
  }
  CheckView(records);
}

void ModelWatcher::CheckView(const std::map<std::string, PresencePtr>& records) const {
  if (!eye_.keeps_view()) return;
  SCOPED_TRACE(Describe());
  std::size_t expected = 0;
  for (const auto& [id, record] : records) {
    if (!eye_.Covers(*record)) continue;
    ++expected;
    const auto known = view_.records().find(id);
    if (known == view_.records().end()) {
      ADD_FAILURE() << id << "@" << record->revision() << " is missing";
      continue;
    }
    if (eye_.skips_unchanged()) {
      EXPECT_EQ(known->second.status, std::string(record->status())) << id;
      EXPECT_EQ(known->second.metadata, std::string(record->metadata())) << id;
    } else {
      EXPECT_EQ(known->second.record_revision, record->revision()) << id;
    }
  }
  EXPECT_EQ(view_.records().size(), expected) << "there are records too many";
}

void ModelWatcher::Count(const TextFrame& frame) {
  if (frame.kind == FrameKind::kReset) ++world_.counts.resets;
  for (const TextChange& told : frame.changes) {
    ++world_.counts.told;
    if (told.type == "REMOVED") ++world_.counts.removed;
    if (told.type == "EXPIRED") ++world_.counts.expired;
  }
}

}  // namespace presences::hub
