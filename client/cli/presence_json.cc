#include "client/cli/presence_json.h"

#include "proto/runtime/json_writer.h"
#include "proto/runtime/timestamp.h"

namespace presences::cli {
namespace {

using client::Presence;
using client::StreamEvent;
using transcode::JsonWriter;

transcode::Moment MomentOf(TimePoint time) {
  const auto since = time.time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
  return {seconds.count(), static_cast<std::int32_t>((since - seconds).count() * 1'000'000)};
}

void WriteTime(JsonWriter& out, absl::string_view key, TimePoint time) {
  out.Key(key);
  out.Timestamp(MomentOf(time));
}

void WriteText(JsonWriter& out, absl::string_view key, absl::string_view text) {
  out.Key(key);
  out.String(text);
}

void Write(JsonWriter& out, const Presence& presence) {
  out.BeginObject();
  WriteText(out, "$id", presence.id);
  WriteTime(out, "$createdAt", presence.created_at);
  WriteTime(out, "$updatedAt", presence.updated_at);
  out.Key("$permissions");
  out.BeginArray();
  for (const std::string& permission : presence.permissions) out.String(permission);
  out.EndArray();
  WriteText(out, "userId", presence.user_id);
  WriteText(out, "status", presence.status);
  WriteText(out, "source", presence.source);
  WriteTime(out, "expiresAt", presence.expires_at);
  out.Key("metadata");
  out.InlineObject(presence.metadata);
  out.Key("revision");
  out.Int(presence.revision);
  out.EndObject();
}

void WriteChangeFields(JsonWriter& out, const client::Change& change) {
  WriteText(out, "type", Name(change.type));
  if (change.delete_cause != client::DeleteCause::kNone) {
    const bool call = change.delete_cause == client::DeleteCause::kCall;
    WriteText(out, "deleteCause", call ? "CALL" : "CONNECTION");
  }
  out.Key("revision");
  out.Int(change.revision);
  WriteTime(out, "time", change.time);
  out.Key("presence");
  Write(out, change.presence);
}

absl::string_view Name(StreamEvent::Kind kind) {
  switch (kind) {
    case StreamEvent::Kind::kReset:
      return "reset";
    case StreamEvent::Kind::kChanges:
      return "change";
    case StreamEvent::Kind::kCurrent:
      return "current";
    case StreamEvent::Kind::kHeartbeat:
      return "heartbeat";
    case StreamEvent::Kind::kGoingAway:
      return "going_away";
  }
  return "";
}

void AppendLine(const StreamEvent& event, const client::Change* change,
                absl::string_view resume_token, std::string* lines) {
  JsonWriter out(lines);
  out.BeginObject();
  WriteText(out, "event", Name(event.kind));
  if (change != nullptr) WriteChangeFields(out, *change);
  if (!resume_token.empty()) WriteText(out, "resumeToken", resume_token);
  out.EndObject();
  lines->push_back('\n');
}

}  // namespace

absl::string_view Name(client::ChangeType type) {
  switch (type) {
    case client::ChangeType::kUnknown:
      return "UNKNOWN";
    case client::ChangeType::kUpserted:
      return "UPSERTED";
    case client::ChangeType::kUpdated:
      return "UPDATED";
    case client::ChangeType::kDeleted:
      return "DELETED";
    case client::ChangeType::kExpired:
      return "EXPIRED";
    case client::ChangeType::kRemoved:
      return "REMOVED";
  }
  return "";
}

std::string ToJson(const Presence& presence) {
  std::string text;
  JsonWriter out(&text);
  Write(out, presence);
  return text;
}

std::string ToJson(const client::PresenceList& list) {
  std::string text;
  JsonWriter out(&text);
  out.BeginObject();
  out.Key("total");
  out.Int(list.total);
  out.Key("presences");
  out.BeginArray();
  for (const Presence& presence : list.presences) Write(out, presence);
  out.EndArray();
  out.EndObject();
  return text;
}

std::string ToJson(const client::PresenceCount& count) {
  std::string text;
  JsonWriter out(&text);
  out.BeginObject();
  out.Key("total");
  out.Int(count.total);
  out.Key("groups");
  out.BeginArray();
  for (const auto& group : count.groups) {
    out.BeginObject();
    WriteText(out, "value", group.value);
    out.Key("count");
    out.Int(group.count);
    out.EndObject();
  }
  out.EndArray();
  out.EndObject();
  return text;
}

std::string ToLines(const StreamEvent& event) {
  std::string lines;
  if (event.kind != StreamEvent::Kind::kChanges) {
    AppendLine(event, nullptr, event.resume_token, &lines);
    return lines;
  }
  for (const client::Change& change : event.changes) {
    const bool last = &change == &event.changes.back();
    AppendLine(event, &change, last ? event.resume_token : "", &lines);
  }
  return lines;
}

}  // namespace presences::cli
