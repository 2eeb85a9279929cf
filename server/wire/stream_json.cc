#include "server/wire/stream_json.h"

#include <array>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "presences/v1/realtime.json.h"
#include "presences/v1/realtime.pb.h"
#include "proto/runtime/json_writer.h"
#include "server/base/check.h"
#include "server/wire/change_proto.h"

namespace presences::wire {
namespace {

constexpr absl::string_view kTokenStart = "{\"resumeToken\":\"";
constexpr absl::string_view kTokenEnd = "\",";

// What follows the token, and the name of the kind outside of JSON.
struct Kind {
  FrameKind kind;
  absl::string_view name;
  absl::string_view rest;
};
constexpr Kind kKinds[] = {
    {FrameKind::kReset, "reset", "\"reset\":{}}"},
    {FrameKind::kChanges, "changes", "\"changes\":{\"changes\":["},
    {FrameKind::kCurrent, "current", "\"current\":{}}"},
    {FrameKind::kHeartbeat, "heartbeat", "\"heartbeat\":{}}"},
    {FrameKind::kGoingAway, "going_away", "\"goingAway\":{}}"},
};

std::string ToJson(const v1::Change& message) {
  std::string json;
  transcode::JsonWriter writer(&json);
  WriteJson(message, writer);
  return json;
}

class JsonEncoder final : public StreamEncoder {
 public:
  WireForm form() const override { return WireForm::kJson; }

  std::string Entry(const Change& change, ChangeView view) const override {
    v1::Change message;
    ToProto(change, view, &message);
    return ToJson(message);
  }

  std::string SnapshotEntry(const Presence& record) const override {
    v1::Change message;
    SnapshotToProto(record, &message);
    return ToJson(message);
  }

  std::string Body(absl::Span<const absl::string_view> entries) const override {
    return absl::StrCat(absl::StrJoin(entries, ","), "]}}");
  }

  std::string Head(FrameKind kind, absl::string_view resume_token) const override {
    for (const Kind& row : kKinds) {
      // Tokens are base64url: nothing in them needs escaping.
      if (row.kind == kind) return absl::StrCat(kTokenStart, resume_token, kTokenEnd, row.rest);
    }
    PRESENCES_CHECK(false);
  }
};

}  // namespace

const StreamEncoder& JsonStreamEncoder() {
  static const JsonEncoder* const encoder = new JsonEncoder;
  return *encoder;
}

JsonHead ReadJsonHead(absl::string_view head) {
  JsonHead read;
  head.remove_prefix(kTokenStart.size());
  read.resume_token = head.substr(0, head.find('"'));
  head.remove_prefix(read.resume_token.size() + kTokenEnd.size());
  for (const Kind& row : kKinds) {
    if (row.rest == head) read.kind = row.name;
  }
  return read;
}

}  // namespace presences::wire
