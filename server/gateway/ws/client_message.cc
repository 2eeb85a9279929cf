#include "server/gateway/ws/client_message.h"

#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "proto/runtime/json_reader.h"
#include "server/base/reason.h"
#include "server/gateway/ws/frame.h"

namespace presences::gateway {
namespace {

using transcode::JsonReader;

constexpr std::size_t kMaxSessionSize = 16'384;  // a JWT in the session's place

absl::Status ToStatus(const transcode::Error& error) {
  absl::string_view field = error.field;
  absl::ConsumePrefix(&field, "data.");
  return InvalidField(field.empty() ? "message" : field, error.message);
}

// Null counts as absent.
bool ReadString(JsonReader& reader, std::optional<std::string>* text) {
  text->reset();
  return reader.Null() || reader.String(&text->emplace());
}

bool ReadStrings(JsonReader& reader, std::optional<std::vector<std::string>>* texts) {
  texts->reset();
  if (reader.Null()) return true;
  texts->emplace();
  return reader.Array([&] { return reader.String(&(*texts)->emplace_back()); });
}

absl::StatusOr<std::string> ReadType(absl::string_view text) {
  std::optional<std::string> type;
  const auto error = JsonReader::Read(text, [&](JsonReader& reader) {
    return reader.Object([&](absl::string_view key) {
      return key == "type" ? ReadString(reader, &type) : reader.Skip();
    });
  });
  if (error) return ToStatus(*error);
  if (!type) return InvalidField("type", "is required and must be a string");
  return *std::move(type);
}

// Hands the message's data to `read`, which takes it. `shape` is what it must be.
absl::Status ReadData(absl::string_view text, absl::string_view shape,
                      absl::FunctionRef<bool(JsonReader&)> read) {
  bool found = false;
  const auto error = JsonReader::Read(text, [&](JsonReader& reader) {
    return reader.Object([&](absl::string_view key) {
      if (key != "data") return reader.Skip();
      found = !reader.Null();
      return !found || read(reader);
    });
  });
  if (error) return ToStatus(*error);
  if (!found) return InvalidField("data", absl::StrCat("is required and must be ", shape));
  return absl::OkStatus();
}

absl::Status ReadObject(absl::string_view text,
                        absl::FunctionRef<bool(JsonReader&, absl::string_view key)> field) {
  return ReadData(text, "an object", [&](JsonReader& reader) {
    return reader.Object([&](absl::string_view key) { return field(reader, key); });
  });
}

absl::StatusOr<ClientMessage> ParseAuthentication(absl::string_view text) {
  std::optional<std::string> session;
  const absl::Status status = ReadObject(text, [&](JsonReader& reader, absl::string_view key) {
    return key == "session" ? ReadString(reader, &session) : reader.Skip();
  });
  if (!status.ok()) return status;
  if (!session) return InvalidField("session", "is required; send the session or a user token");
  if (session->empty() || session->size() > kMaxSessionSize) {
    return InvalidField(
        "session", absl::StrCat("must be 1 to ", kMaxSessionSize, " bytes, got ", session->size()));
  }
  return AuthenticationMessage{*std::move(session)};
}

// One element of data, as it came in.
struct RawItem {
  std::optional<std::string> id;
  std::optional<std::vector<std::string>> channels;
  std::optional<std::vector<std::string>> queries;
};

absl::StatusOr<std::vector<RawItem>> ReadItems(absl::string_view text) {
  std::vector<RawItem> items;
  const absl::Status status = ReadData(text, "an array of objects", [&](JsonReader& reader) {
    items.clear();
    return reader.Array([&] {
      RawItem& item = items.emplace_back();
      return reader.Object([&](absl::string_view key) {
        if (key == "subscriptionId") return ReadString(reader, &item.id);
        if (key == "channels") return ReadStrings(reader, &item.channels);
        if (key == "queries") return ReadStrings(reader, &item.queries);
        return reader.Skip();
      });
    });
  });
  if (!status.ok()) return status;
  return items;
}

absl::StatusOr<ClientMessage> ParseSubscribe(absl::string_view text) {
  absl::StatusOr<std::vector<RawItem>> items = ReadItems(text);
  if (!items.ok()) return items.status();
  SubscribeMessage parsed;
  for (RawItem& item : *items) {
    const std::string field = absl::StrCat("data[", parsed.items.size(), "]");
    if (!item.channels) {
      return InvalidField(field + ".channels", "is required; send an array of names");
    }
    if (item.id && *item.id != "unique()") {
      if (absl::Status uid = CheckUid(field + ".subscriptionId", *item.id); !uid.ok()) return uid;
    }
    parsed.items.push_back({std::move(item.id).value_or(""), *std::move(item.channels),
                            std::move(item.queries).value_or(std::vector<std::string>())});
  }
  return parsed;
}

absl::StatusOr<ClientMessage> ParseUnsubscribe(absl::string_view text) {
  absl::StatusOr<std::vector<RawItem>> items = ReadItems(text);
  if (!items.ok()) return items.status();
  UnsubscribeMessage parsed;
  for (RawItem& item : *items) {
    if (!item.id || item.id->empty()) {
      return InvalidField(absl::StrCat("data[", parsed.ids.size(), "].subscriptionId"),
                          "is required and must not be empty");
    }
    parsed.ids.push_back(*std::move(item.id));
  }
  return parsed;
}

absl::StatusOr<ClientMessage> ParsePresence(absl::string_view text) {
  PresenceMessageIn parsed;
  RawWrite& write = parsed.write;
  std::optional<std::string> id;
  const absl::Status status = ReadObject(text, [&](JsonReader& reader, absl::string_view key) {
    if (key == "status") return ReadString(reader, &write.status);
    if (key == "presenceId") return ReadString(reader, &id);
    if (key == "permissions") return ReadStrings(reader, &write.permissions);
    if (key != "metadata") return reader.Skip();
    // As it is written: the core checks and compacts the text, and loses nothing of it.
    write.metadata.reset();
    return reader.Null() || reader.InlineObject(&write.metadata.emplace());
  });
  if (!status.ok()) return status;
  if (!write.status) return InvalidField("status", "is required; send 1 to 256 characters");
  if (id && *id != "unique()") write.presence_id = *std::move(id);
  return parsed;
}

}  // namespace

absl::StatusOr<ClientMessage> ParseClientMessage(absl::string_view text) {
  const absl::StatusOr<std::string> type = ReadType(text);
  if (!type.ok()) return type.status();
  if (*type == "ping") return PingMessage{};
  if (*type == "authentication") return ParseAuthentication(text);
  if (*type == "subscribe") return ParseSubscribe(text);
  if (*type == "unsubscribe") return ParseUnsubscribe(text);
  if (*type == "presence") return ParsePresence(text);
  return InvalidField("type", absl::StrCat("unknown message type '", Utf8Prefix(*type, 64),
                                           "'; there are ping, authentication, subscribe, "
                                           "unsubscribe and presence"));
}

}  // namespace presences::gateway
