#include "server/gateway/ws/client_message.h"

#include <simdjson.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/reason.h"

namespace presences::gateway {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kMaxDepth = 128;           // metadata may nest 64 deep
constexpr std::size_t kMaxSessionSize = 16'384;  // a JWT in the session's place

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

absl::StatusOr<std::string> StringOf(const dom::element& element, absl::string_view field) {
  std::string_view text;
  if (element.get(text) != simdjson::SUCCESS) {
    return InvalidField(field, "must be a string; send a JSON string");
  }
  return std::string(text);
}

absl::StatusOr<std::vector<std::string>> StringsOf(const dom::element& element,
                                                   absl::string_view field) {
  dom::array array;
  if (element.get(array) != simdjson::SUCCESS) {
    return InvalidField(field, "must be an array of strings");
  }
  std::vector<std::string> texts;
  for (const dom::element item : array) {
    auto text = StringOf(item, absl::StrCat(field, "[", texts.size(), "]"));
    if (!text.ok()) return text.status();
    texts.push_back(*std::move(text));
  }
  return texts;
}

// The member, or nullopt when it is absent or null.
std::optional<dom::element> Member(const dom::object& object, std::string_view key) {
  dom::element element;
  if (object[key].get(element) != simdjson::SUCCESS || element.is_null()) return std::nullopt;
  return element;
}

absl::StatusOr<dom::object> DataObject(const dom::object& message) {
  const auto data = Member(message, "data");
  dom::object object;
  if (!data || data->get(object) != simdjson::SUCCESS) {
    return InvalidField("data", "is required and must be an object");
  }
  return object;
}

absl::StatusOr<dom::array> DataArray(const dom::object& message) {
  const auto data = Member(message, "data");
  dom::array array;
  if (!data || data->get(array) != simdjson::SUCCESS) {
    return InvalidField("data", "is required and must be an array of objects");
  }
  return array;
}

absl::StatusOr<ClientMessage> ParseAuthentication(const dom::object& message) {
  const auto data = DataObject(message);
  if (!data.ok()) return data.status();
  const auto session = Member(*data, "session");
  if (!session) return InvalidField("session", "is required; send the session or a user token");
  auto text = StringOf(*session, "session");
  if (!text.ok()) return text.status();
  if (text->empty() || text->size() > kMaxSessionSize) {
    return InvalidField(
        "session", absl::StrCat("must be 1 to ", kMaxSessionSize, " bytes, got ", text->size()));
  }
  return AuthenticationMessage{*std::move(text)};
}

absl::StatusOr<SubscribeMessage::Item> ParseItem(const dom::element& element, std::size_t index) {
  const std::string field = absl::StrCat("data[", index, "]");
  dom::object object;
  if (element.get(object) != simdjson::SUCCESS) return InvalidField(field, "must be an object");
  SubscribeMessage::Item item;
  const auto channels = Member(object, "channels");
  if (!channels) return InvalidField(field + ".channels", "is required; send an array of names");
  auto names = StringsOf(*channels, field + ".channels");
  if (!names.ok()) return names.status();
  item.channels = *std::move(names);
  if (const auto queries = Member(object, "queries")) {
    auto texts = StringsOf(*queries, field + ".queries");
    if (!texts.ok()) return texts.status();
    item.queries = *std::move(texts);
  }
  if (const auto id = Member(object, "subscriptionId")) {
    auto text = StringOf(*id, field + ".subscriptionId");
    if (!text.ok()) return text.status();
    if (*text != "unique()") {
      const absl::Status uid = CheckUid(field + ".subscriptionId", *text);
      if (!uid.ok()) return uid;
    }
    item.id = *std::move(text);
  }
  return item;
}

absl::StatusOr<ClientMessage> ParseSubscribe(const dom::object& message) {
  const auto data = DataArray(message);
  if (!data.ok()) return data.status();
  SubscribeMessage parsed;
  for (const dom::element element : *data) {
    auto item = ParseItem(element, parsed.items.size());
    if (!item.ok()) return item.status();
    parsed.items.push_back(*std::move(item));
  }
  return parsed;
}

absl::StatusOr<ClientMessage> ParseUnsubscribe(const dom::object& message) {
  const auto data = DataArray(message);
  if (!data.ok()) return data.status();
  UnsubscribeMessage parsed;
  for (const dom::element element : *data) {
    const std::string field = absl::StrCat("data[", parsed.ids.size(), "]");
    dom::object object;
    if (element.get(object) != simdjson::SUCCESS) return InvalidField(field, "must be an object");
    const auto id = Member(object, "subscriptionId");
    if (!id) return InvalidField(field + ".subscriptionId", "is required");
    auto text = StringOf(*id, field + ".subscriptionId");
    if (!text.ok()) return text.status();
    if (text->empty()) return InvalidField(field + ".subscriptionId", "must not be empty");
    parsed.ids.push_back(*std::move(text));
  }
  return parsed;
}

absl::StatusOr<ClientMessage> ParsePresence(const dom::object& message) {
  const auto data = DataObject(message);
  if (!data.ok()) return data.status();
  PresenceMessageIn parsed;
  const auto status = Member(*data, "status");
  if (!status) return InvalidField("status", "is required; send 1 to 256 characters");
  auto text = StringOf(*status, "status");
  if (!text.ok()) return text.status();
  parsed.write.status = *std::move(text);
  if (const auto id = Member(*data, "presenceId")) {
    auto given = StringOf(*id, "presenceId");
    if (!given.ok()) return given.status();
    if (*given != "unique()") parsed.write.presence_id = *std::move(given);
  }
  if (const auto permissions = Member(*data, "permissions")) {
    auto list = StringsOf(*permissions, "permissions");
    if (!list.ok()) return list.status();
    parsed.write.permissions = *std::move(list);
  }
  // The core checks and compacts it; here it only becomes text again.
  if (const auto metadata = Member(*data, "metadata")) {
    parsed.write.metadata = simdjson::to_string(*metadata);
  }
  return parsed;
}

}  // namespace

absl::StatusOr<ClientMessage> ParseClientMessage(absl::string_view text) {
  dom::parser parser;
  if (parser.allocate(text.size() + 1, kMaxDepth) != simdjson::SUCCESS) {
    return absl::ResourceExhaustedError("no memory for the message");
  }
  dom::element root;
  if (parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS) {
    return InvalidField("message", "must be one JSON object; check it with a JSON parser");
  }
  dom::object object;
  if (root.get(object) != simdjson::SUCCESS) {
    return InvalidField("message", "must be a JSON object with type and data");
  }
  const auto type = Member(object, "type");
  std::string_view name;
  if (!type || type->get(name) != simdjson::SUCCESS) {
    return InvalidField("type", "is required and must be a string");
  }
  if (name == "ping") return PingMessage{};
  if (name == "authentication") return ParseAuthentication(object);
  if (name == "subscribe") return ParseSubscribe(object);
  if (name == "unsubscribe") return ParseUnsubscribe(object);
  if (name == "presence") return ParsePresence(object);
  return InvalidField("type", absl::StrCat("unknown message type '", View(name.substr(0, 64)),
                                           "'; there are ping, authentication, subscribe, "
                                           "unsubscribe and presence"));
}

}  // namespace presences::gateway
