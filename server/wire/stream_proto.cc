// The protobuf form of the subscribe stream. Frames are put together from serialized pieces: a
// SubscribeResponse is the concatenation of its fields, so the token (a session's own) and the
// changes (everyone's) can be separate buffers.
#include <string>

#include "absl/strings/string_view.h"
#include "presences/v1/realtime.pb.h"
#include "server/wire/change_proto.h"
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
    ToProto(change, view, &message);
    return EntryOf(message);
  }

  std::string SnapshotEntry(const Presence& record) const override {
    v1::Change message;
    SnapshotToProto(record, &message);
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
