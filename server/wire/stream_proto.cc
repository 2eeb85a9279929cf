// The protobuf form of the subscribe stream. Frames are put together from serialized pieces: a
// SubscribeResponse is the concatenation of its fields, so the token (a session's own) and the
// changes (everyone's) can be separate buffers.
#include <string>

#include "absl/strings/string_view.h"
#include "presences/v1/realtime.pb.h"
#include "server/wire/presence_proto.h"

namespace presences::wire {
namespace {

using v1::SubscribeResponse;

void AppendVarint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

// A length-delimited field.
void AppendField(std::string& out, int number, absl::string_view bytes) {
  AppendVarint(out, static_cast<std::uint64_t>(number) << 3 | 2);
  AppendVarint(out, bytes.size());
  out.append(bytes.data(), bytes.size());
}

v1::Change::Type TypeOf(const Change& change, ChangeView view) {
  if (view == ChangeView::kRemoved) return v1::Change::TYPE_REMOVED;
  switch (change.kind()) {
    case ChangeKind::kUpserted:
      return v1::Change::TYPE_UPSERTED;
    case ChangeKind::kUpdated:
      return v1::Change::TYPE_UPDATED;
    case ChangeKind::kDeleted:
      return v1::Change::TYPE_DELETED;
    case ChangeKind::kExpired:
      return v1::Change::TYPE_EXPIRED;
  }
  return v1::Change::TYPE_UNSPECIFIED;
}

void SetTime(TimePoint time, google::protobuf::Timestamp* out) {
  const auto millis = time.time_since_epoch().count();
  out->set_seconds(millis / 1000);
  out->set_nanos(static_cast<std::int32_t>(millis % 1000 * 1'000'000));
}

std::string EntryOf(const v1::Change& change) {
  std::string entry;
  AppendField(entry, v1::Changes::kChangesFieldNumber, change.SerializeAsString());
  return entry;
}

class ProtobufEncoder final : public StreamEncoder {
 public:
  WireForm form() const override { return WireForm::kProtobuf; }

  std::string Entry(const Change& change, ChangeView view) const override {
    v1::Change message;
    message.set_type(TypeOf(change, view));
    if (change.kind() == ChangeKind::kDeleted && view == ChangeView::kAsIs) {
      message.set_delete_cause(change.cause() == DeleteCause::kConnection
                                   ? v1::Change::DELETE_CAUSE_CONNECTION
                                   : v1::Change::DELETE_CAUSE_CALL);
    }
    // Gone or out of sight: the last state that this viewer was allowed to see.
    const bool before = view == ChangeView::kRemoved || !change.after();
    ToProto(before ? *change.before() : *change.after(), message.mutable_presence());
    message.set_revision(change.revision());
    SetTime(change.time(), message.mutable_time());
    return EntryOf(message);
  }

  std::string SnapshotEntry(const Presence& record) const override {
    v1::Change message;
    message.set_type(v1::Change::TYPE_UPSERTED);
    ToProto(record, message.mutable_presence());
    message.set_revision(record.revision());
    SetTime(record.updated_at(), message.mutable_time());
    return EntryOf(message);
  }

  std::string Body(absl::Span<const absl::string_view> entries) const override {
    std::size_t size = 0;
    for (const absl::string_view entry : entries) size += entry.size();
    std::string body;
    body.reserve(size + 12);
    AppendVarint(body, SubscribeResponse::kChangesFieldNumber << 3 | 2);
    AppendVarint(body, size);
    for (const absl::string_view entry : entries) body.append(entry.data(), entry.size());
    return body;
  }

  std::string Head(FrameKind kind, absl::string_view resume_token) const override {
    std::string head;
    if (!resume_token.empty()) {
      AppendField(head, SubscribeResponse::kResumeTokenFieldNumber, resume_token);
    }
    switch (kind) {
      case FrameKind::kReset:
        AppendField(head, SubscribeResponse::kResetFieldNumber, "");
        break;
      case FrameKind::kCurrent:
        AppendField(head, SubscribeResponse::kCurrentFieldNumber, "");
        break;
      case FrameKind::kHeartbeat:
        AppendField(head, SubscribeResponse::kHeartbeatFieldNumber, "");
        break;
      case FrameKind::kGoingAway:
        AppendField(head, SubscribeResponse::kGoingAwayFieldNumber, "");
        break;
      case FrameKind::kChanges:
        break;  // the body follows
    }
    return head;
  }
};

}  // namespace

const StreamEncoder& ProtobufStreamEncoder() {
  static const ProtobufEncoder* const encoder = new ProtobufEncoder;
  return *encoder;
}

}  // namespace presences::wire
