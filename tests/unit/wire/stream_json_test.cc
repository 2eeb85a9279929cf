// The JSON stream is put together from pieces; here it is compared with what the generated writer
// makes of the protobuf stream, which says the same.
#include "server/wire/stream_json.h"

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "presences/v1/realtime.json.h"
#include "presences/v1/realtime.pb.h"
#include "proto/runtime/json_writer.h"
#include "server/core/change.h"
#include "server/wire/presence_proto.h"

namespace presences::wire {
namespace {

constexpr TimePoint kNow{std::chrono::milliseconds(1'893'456'000'123)};
constexpr char kToken[] = "AYGQOKJNSaV0AgAAAAAAAACcRqFwKvGAg-I0RNIzsLjG3AalvQ";

PresencePtr Record(const std::string& status, Revision revision) {
  PresenceFields fields;
  fields.id = "p1";
  fields.user_id = "alice";
  fields.status = status;
  fields.metadata = R"({"page":"/\u00e9","n":{}})";
  fields.permissions = {"read(\"any\")", "update(\"user:alice\")"};
  fields.created_at = kNow;
  fields.updated_at = kNow;
  fields.expires_at = kNow + std::chrono::seconds(90);
  fields.revision = revision;
  fields.created_revision = 1;
  return Presence::Make(fields);
}

struct Case {
  ChangeKind kind;
  DeleteCause cause;
  ChangeView view;
  bool has_before;
  bool has_after;
};

const Case kCases[] = {
    {ChangeKind::kUpserted, DeleteCause::kNone, ChangeView::kAsIs, false, true},
    {ChangeKind::kUpdated, DeleteCause::kNone, ChangeView::kAsIs, true, true},
    {ChangeKind::kUpdated, DeleteCause::kNone, ChangeView::kRemoved, true, true},
    {ChangeKind::kDeleted, DeleteCause::kCall, ChangeView::kAsIs, true, false},
    {ChangeKind::kDeleted, DeleteCause::kConnection, ChangeView::kAsIs, true, false},
    {ChangeKind::kDeleted, DeleteCause::kCall, ChangeView::kRemoved, true, false},
    {ChangeKind::kExpired, DeleteCause::kNone, ChangeView::kAsIs, true, false},
};

Change ChangeOf(const Case& test) {
  return Change(7, kNow, test.kind, test.cause,
                test.has_before ? Record("before", 3) : PresencePtr(),
                test.has_after ? Record("a \"quoted\"\n\xc3\xa9", 7) : PresencePtr());
}

// One frame of an encoder from all cases and a record of a snapshot.
std::string Frame(const StreamEncoder& encoder, const std::string& token) {
  std::vector<std::string> entries;
  for (const Case& test : kCases) entries.push_back(encoder.Entry(ChangeOf(test), test.view));
  entries.push_back(encoder.SnapshotEntry(*Record("old", 2)));
  const std::vector<absl::string_view> views(entries.begin(), entries.end());
  return encoder.Head(FrameKind::kChanges, token) + encoder.Body(views);
}

std::string ToJson(const std::string& protobuf) {
  v1::SubscribeResponse message;
  EXPECT_TRUE(message.ParseFromString(protobuf));
  std::string json;
  transcode::JsonWriter writer(&json);
  WriteJson(message, writer);
  return json;
}

TEST(StreamJsonTest, ChangesEqualTheGeneratedJson) {
  for (const char* token : {"", kToken}) {
    EXPECT_EQ(Frame(JsonStreamEncoder(), token), ToJson(Frame(ProtobufStreamEncoder(), token)));
  }
}

TEST(StreamJsonTest, MarkersEqualTheGeneratedJson) {
  for (const FrameKind kind :
       {FrameKind::kReset, FrameKind::kCurrent, FrameKind::kHeartbeat, FrameKind::kGoingAway}) {
    for (const char* token : {"", kToken}) {
      EXPECT_EQ(JsonStreamEncoder().Head(kind, token),
                ToJson(ProtobufStreamEncoder().Head(kind, token)));
    }
  }
}

TEST(StreamJsonTest, FramesAreOneLine) {
  EXPECT_EQ(Frame(JsonStreamEncoder(), kToken).find('\n'), std::string::npos);
}

TEST(StreamJsonTest, AHeadCanBeReadBack) {
  const std::pair<FrameKind, const char*> kinds[] = {{FrameKind::kReset, "reset"},
                                                     {FrameKind::kChanges, "changes"},
                                                     {FrameKind::kCurrent, "current"},
                                                     {FrameKind::kHeartbeat, "heartbeat"},
                                                     {FrameKind::kGoingAway, "going_away"}};
  for (const auto& [kind, name] : kinds) {
    for (const char* token : {"", kToken}) {
      const std::string head = JsonStreamEncoder().Head(kind, token);
      EXPECT_EQ(ReadJsonHead(head).kind, name);
      EXPECT_EQ(ReadJsonHead(head).resume_token, token);
    }
  }
}

}  // namespace
}  // namespace presences::wire
