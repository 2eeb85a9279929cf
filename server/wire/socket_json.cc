#include "server/wire/socket_json.h"

#include "absl/strings/str_cat.h"
#include "presences/v1/presence.json.h"
#include "presences/v1/presence.pb.h"
#include "proto/runtime/json_writer.h"
#include "server/base/log.h"
#include "server/core/time_format.h"
#include "server/wire/presence_proto.h"

namespace presences::wire {
namespace {

void AppendStrings(std::string& out, absl::Span<const std::string> texts) {
  out += '[';
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) out += ',';
    AppendJsonString(out, texts[i]);
  }
  out += ']';
}

absl::string_view CauseOf(const Change& change, ChangeView view) {
  if (view == ChangeView::kRemoved) return "removed";
  switch (change.kind()) {
    case ChangeKind::kExpired:
      return "expired";
    case ChangeKind::kDeleted:
      return change.cause() == DeleteCause::kConnection ? "connection" : "call";
    default:
      return "";
  }
}

}  // namespace

std::string RecordJson(const Presence& record) {
  v1::Presence message;
  ToProto(record, &message);
  std::string text;
  transcode::JsonWriter writer(&text);
  v1::WriteJson(message, writer);
  return text;
}

std::string SocketEventStart(const Change& change, ChangeView view) {
  const bool gone = view == ChangeView::kRemoved || !change.after();
  const Presence& record = gone ? *change.before() : *change.after();
  const absl::string_view action = EventActionName(gone ? EventAction::kDelete : change.action());
  // Ids satisfy the UID rule: nothing in them needs escaping.
  const std::string one = absl::StrCat("presences.", record.id());
  std::string out = absl::StrCat(
      "{\"type\":\"event\",\"data\":{\"events\":[\"", one, ".", action, "\",\"presences.*.", action,
      "\",\"", one, "\",\"presences.*\"],\"channels\":[\"presences\",\"", one, "\",\"presences.",
      action, "\",\"", one, ".", action, "\"],\"timestamp\":\"", FormatTime(change.time()),
      "\",\"payload\":", RecordJson(record), ",\"revision\":", change.revision());
  const absl::string_view cause = CauseOf(change, view);
  if (!cause.empty()) absl::StrAppend(&out, ",\"cause\":\"", cause, "\"");
  out += ",\"subscriptions\":[";
  return out;
}

void AppendSocketEventEnd(std::string& out, absl::Span<const absl::string_view> subscription_ids) {
  for (std::size_t i = 0; i < subscription_ids.size(); ++i) {
    if (i > 0) out += ',';
    AppendJsonString(out, subscription_ids[i]);
  }
  out += "]}}";
}

std::string AccountJson(const SocketAccount& account, TimePoint now) {
  const std::string time = FormatTime(now);
  std::string out = "{\"$id\":";
  AppendJsonString(out, account.user_id);
  absl::StrAppend(&out, ",\"$createdAt\":\"", time, "\",\"$updatedAt\":\"", time, "\",\"name\":");
  AppendJsonString(out, account.name);
  absl::StrAppend(&out, ",\"registration\":\"", time, "\",\"status\":true,\"labels\":");
  AppendStrings(out, account.labels);
  const char* verified = account.verified ? "true" : "false";
  absl::StrAppend(&out, ",\"passwordUpdate\":\"\",\"email\":\"\",\"phone\":\"\",",
                  "\"emailVerification\":", verified, ",\"phoneVerification\":", verified,
                  ",\"mfa\":false,\"prefs\":{},\"targets\":[],\"accessedAt\":\"", time, "\"}");
  return out;
}

std::string ConnectedMessage(absl::string_view user_json, absl::Span<const std::string> channels,
                             absl::Span<const std::string> slots) {
  std::string out = "{\"type\":\"connected\",\"data\":{\"channels\":";
  AppendStrings(out, channels);
  out += ",\"subscriptions\":";
  AppendStrings(out, slots);
  absl::StrAppend(&out, ",\"user\":", user_json.empty() ? "null" : user_json, "}}");
  return out;
}

std::string SubscribedMessage(absl::Span<const SocketSubscriptionEcho> subscriptions) {
  std::string out =
      "{\"type\":\"response\",\"data\":{\"to\":\"subscribe\",\"success\":true,\"subscriptions\":[";
  for (std::size_t i = 0; i < subscriptions.size(); ++i) {
    if (i > 0) out += ',';
    out += "{\"subscriptionId\":";
    AppendJsonString(out, subscriptions[i].id);
    out += ",\"channels\":";
    AppendStrings(out, subscriptions[i].channels);
    out += ",\"queries\":";
    AppendStrings(out, subscriptions[i].queries);
    out += '}';
  }
  return out + "]}}";
}

std::string UnsubscribedMessage(absl::Span<const Unsubscribed> subscriptions) {
  std::string out =
      "{\"type\":\"response\",\"data\":{\"to\":\"unsubscribe\",\"success\":true,"
      "\"subscriptions\":[";
  for (std::size_t i = 0; i < subscriptions.size(); ++i) {
    if (i > 0) out += ',';
    out += "{\"subscriptionId\":";
    AppendJsonString(out, subscriptions[i].id);
    absl::StrAppend(&out, ",\"removed\":", subscriptions[i].removed ? "true" : "false", "}");
  }
  return out + "]}}";
}

std::string AuthenticatedMessage(absl::string_view user_json) {
  return absl::StrCat(
      "{\"type\":\"response\",\"data\":{\"to\":\"authentication\",\"success\":true,\"user\":",
      user_json, "}}");
}

std::string PresenceMessage(const Presence& record) {
  return absl::StrCat("{\"type\":\"response\",\"data\":{\"to\":\"presence\",\"presence\":",
                      RecordJson(record), "}}");
}

std::string PongMessage() { return "{\"type\":\"pong\"}"; }

std::string SocketErrorMessage(int code, absl::string_view message, absl::string_view request_id) {
  std::string out = absl::StrCat("{\"type\":\"error\",\"data\":{\"code\":", code, ",\"message\":");
  AppendJsonString(out, message);
  if (!request_id.empty()) {
    out += ",\"requestId\":";
    AppendJsonString(out, request_id);
  }
  return out + "}}";
}

}  // namespace presences::wire
