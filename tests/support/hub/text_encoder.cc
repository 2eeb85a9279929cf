#include "tests/support/hub/text_encoder.h"

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"

namespace presences::testing {
namespace {

constexpr FrameKind kKinds[] = {FrameKind::kReset, FrameKind::kChanges, FrameKind::kCurrent,
                                FrameKind::kHeartbeat, FrameKind::kGoingAway};

std::string Line(absl::string_view type, Revision revision, const Presence& record) {
  return absl::StrCat(type, " ", record.id(), " ", revision, " ", record.revision(), " ",
                      record.expires_at().time_since_epoch().count(), " ",
                      absl::CEscape(record.status()), "\t", record.metadata(), "\n");
}

absl::string_view TypeOf(const Change& change, ChangeView view) {
  if (view == ChangeView::kRemoved) return "REMOVED";
  switch (change.kind()) {
    case ChangeKind::kUpserted:
      return "UPSERTED";
    case ChangeKind::kDeleted:
      return "DELETED";
    case ChangeKind::kExpired:
      return "EXPIRED";
    default:
      return "UPDATED";
  }
}

TextChange DecodeLine(absl::string_view line) {
  TextChange change;
  const std::vector<std::string> parts = absl::StrSplit(line, absl::MaxSplits(' ', 5));
  const std::vector<std::string> texts = absl::StrSplit(parts.back(), absl::MaxSplits('\t', 1));
  std::int64_t expires = 0;
  if (parts.size() != 6 || !absl::SimpleAtoi(parts[2], &change.revision) ||
      !absl::SimpleAtoi(parts[3], &change.record_revision) ||
      !absl::SimpleAtoi(parts[4], &expires) || texts.size() != 2 ||
      !absl::CUnescape(texts[0], &change.status)) {
    ADD_FAILURE() << "no change: " << line;
    return change;
  }
  change.type = parts[0];
  change.id = parts[1];
  change.metadata = texts[1];
  change.expires_at = TimePoint(std::chrono::milliseconds(expires));
  return change;
}

}  // namespace

std::string TextEncoder::Entry(const Change& change, ChangeView view) const {
  ++entries_;
  // Gone or out of sight: the last state that the viewer was allowed to see.
  const bool before = view == ChangeView::kRemoved || !change.after();
  return Line(TypeOf(change, view), change.revision(), before ? *change.before() : *change.after());
}

std::string TextEncoder::SnapshotEntry(const Presence& record) const {
  return Line("UPSERTED", record.revision(), record);
}

std::string TextEncoder::Body(absl::Span<const absl::string_view> entries) const {
  ++bodies_;
  std::string body;
  for (const absl::string_view entry : entries) absl::StrAppend(&body, entry);
  return body;
}

std::string TextEncoder::Head(FrameKind kind, absl::string_view resume_token) const {
  return absl::StrCat(ToText(kind), " ", resume_token, "\n");
}

TextFrame DecodeFrame(const hub::Frame& frame) {
  std::string text = frame.head;
  if (frame.body != nullptr) absl::StrAppend(&text, *frame.body);
  std::vector<std::string> lines = absl::StrSplit(text, '\n');
  TextFrame decoded;
  decoded.bytes = text.size();
  const std::vector<std::string> head = absl::StrSplit(lines[0], ' ');
  bool known = false;
  for (const FrameKind kind : kKinds) {
    if (head[0] != ToText(kind)) continue;
    decoded.kind = kind;
    known = true;
  }
  EXPECT_TRUE(known && head.size() == 2) << "no head: " << lines[0];
  decoded.token = head.back();
  for (std::size_t i = 1; i + 1 < lines.size(); ++i) {
    decoded.changes.push_back(DecodeLine(lines[i]));
  }
  EXPECT_EQ(frame.changes, static_cast<int>(decoded.changes.size()));
  EXPECT_EQ(decoded.kind == FrameKind::kChanges, !decoded.changes.empty()) << lines[0];
  return decoded;
}

std::string ToText(FrameKind kind) {
  switch (kind) {
    case FrameKind::kReset:
      return "reset";
    case FrameKind::kChanges:
      return "changes";
    case FrameKind::kCurrent:
      return "current";
    case FrameKind::kHeartbeat:
      return "heartbeat";
    case FrameKind::kGoingAway:
      return "going_away";
  }
  return "?";
}

std::string ToText(const TextChange& change) {
  return absl::StrCat(change.type, " ", change.id, "@", change.revision, " ", change.status);
}

}  // namespace presences::testing
