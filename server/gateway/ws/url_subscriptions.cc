#include "server/gateway/ws/url_subscriptions.h"

#include <algorithm>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace presences::gateway {
namespace {

constexpr int kMaxSlot = 99;

// The slot that `key` names for `channel`: <channel>[slot][] or <channel>[slot][n].
bool SlotOf(absl::string_view key, const std::string& channel, int* slot) {
  const std::string name = absl::StrReplaceAll(channel, {{".", "_"}});
  if (!absl::ConsumePrefix(&key, name) || !absl::ConsumePrefix(&key, "[")) return false;
  const auto end = key.find(']');
  return end != absl::string_view::npos && absl::SimpleAtoi(key.substr(0, end), slot) &&
         *slot >= 0 && *slot <= kMaxSlot;
}

}  // namespace

UrlSubscriptions ParseUrlSubscriptions(
    const std::vector<std::pair<std::string, std::string>>& parameters) {
  UrlSubscriptions url;
  for (const auto& [key, value] : parameters) {
    if (key == "channels" || absl::StartsWith(key, "channels[")) url.channels.push_back(value);
  }
  std::map<int, SubscribeMessage::Item> slots;
  for (const std::string& channel : url.channels) {
    std::map<int, std::vector<std::string>> queries;
    for (const auto& [key, value] : parameters) {
      int slot = 0;
      if (SlotOf(key, channel, &slot)) queries[slot].push_back(value);
    }
    if (queries.empty()) queries[0];
    for (auto& [slot, texts] : queries) {
      SubscribeMessage::Item& item = slots[slot];
      item.channels.push_back(channel);
      // The first set of queries of a slot counts.
      if (item.queries.empty()) item.queries = std::move(texts);
    }
  }
  for (auto& [slot, item] : slots) url.message.items.push_back(std::move(item));
  return url;
}

}  // namespace presences::gateway
