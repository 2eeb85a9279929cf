#include "server/hub/audience.h"

#include <optional>
#include <utility>

#include "server/hub/topic.h"

namespace presences::hub {
namespace {

// A gRPC client refuses messages above 4 MiB unless told otherwise; stay far below.
constexpr std::size_t kMaxFrameBytes = 256 * 1024;
// Batches of at least this many changes end at a multiple of it.
constexpr std::size_t kStride = 32;

// How many of `changes` to send now: all, unless there are so many that ending at a round
// revision brings drifting cursors together.
std::size_t AlignedCount(const std::vector<ChangePtr>& changes) {
  if (changes.size() < kStride) return changes.size();
  for (std::size_t n = changes.size(); n > changes.size() - kStride; --n) {
    if (changes[n - 1]->revision() % static_cast<Revision>(kStride) == 0) return n;
  }
  return changes.size();
}

}  // namespace

Audience::Audience(const std::string& project, Topic& topic, Viewer viewer,
                   const StreamEncoder& encoder, std::size_t max_batch)
    : topic_(topic),
      viewer_(std::move(viewer)),
      encoder_(encoder),
      max_batch_(max_batch),
      token_{topic.epoch(), 0, viewer_.RequestFingerprint(project), viewer_.ViewerFingerprint()} {}

std::string Audience::TokenAt(Revision revision) const {
  ResumeToken token = token_;
  token.revision = revision;
  return token.Encode();
}

ReadResult Audience::ReadAfter(Revision cursor) {
  const Revision head = topic_.head();
  if (cursor >= head) return {ReadResult::Kind::kNothing, cursor, false, {}};
  {
    MutexLock lock(mutex_);
    for (const Cached& cached : cache_) {
      // A cached batch is always true; it is only worth more when it cannot grow.
      if (cached.from == cursor && (cached.result.more || cached.result.to == head)) {
        ReadResult result = cached.result;
        result.more = result.to < head;
        return result;
      }
    }
  }
  ReadResult result = Build(cursor);
  // A session that is alone would only keep its frames from being freed.
  if (result.kind != ReadResult::Kind::kBehind && IsShared()) {
    MutexLock lock(mutex_);
    cache_[next_slot_++ % cache_.size()] = Cached{cursor, result};
  }
  return result;
}

ReadResult Audience::Build(Revision cursor) const {
  std::optional<std::vector<ChangePtr>> changes = topic_.After(cursor, max_batch_);
  if (!changes) return {ReadResult::Kind::kBehind, cursor, true, {}};
  ReadResult result;
  result.to = cursor;
  std::vector<Told> told;
  std::size_t bytes = 0;
  const std::size_t count = AlignedCount(*changes);
  for (std::size_t i = 0; i < count && bytes < kMaxFrameBytes; ++i) {
    const Change& change = *(*changes)[i];
    const ChangeView view = viewer_.ViewOf(change);
    if (view != ChangeView::kHidden) {
      told.push_back({&change, view});
      bytes += change.record().size_bytes();
    }
    result.to = change.revision();
  }
  result.more = result.to < topic_.head();
  if (told.empty()) return result;
  result.kind = ReadResult::Kind::kFrame;
  result.frame = MakeFrame(told, TokenAt(result.to));
  return result;
}

ReadResult Audience::ReadJoining(Revision cursor, const Join& join) const {
  std::optional<std::vector<ChangePtr>> changes = topic_.After(cursor, max_batch_);
  if (!changes) return {ReadResult::Kind::kBehind, cursor, true, {}};
  ReadResult result;
  result.to = cursor;
  std::vector<Told> told;
  std::size_t bytes = 0;
  for (const ChangePtr& change : *changes) {
    if (change->revision() > join.up_to || bytes >= kMaxFrameBytes) break;
    result.to = change->revision();
    const ChangeView view = join.view_of(*change);
    if (view == ChangeView::kHidden) continue;
    told.push_back({change.get(), view});
    bytes += change->record().size_bytes();
  }
  result.more = result.to < topic_.head();
  if (told.empty()) return result;
  result.kind = ReadResult::Kind::kFrame;
  result.frame = MakeFrame(told, join.with_token ? TokenAt(result.to) : "");
  return result;
}

Frame Audience::MakeFrame(const std::vector<Told>& told, const std::string& token) const {
  Frame frame;
  frame.head = encoder_.Head(FrameKind::kChanges, token);
  frame.body = topic_.SharedBody(encoder_, told);
  frame.changes = static_cast<int>(told.size());
  frame.oldest = told.front().change->time();
  return frame;
}

}  // namespace presences::hub
