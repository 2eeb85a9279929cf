// The Realtime socket's messages as JSON (contract 6.2, 6.6): each written once, here.
//
// Threads: any (pure functions).
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/base/clock.h"
#include "server/core/change.h"
#include "server/core/presence.h"

namespace presences::wire {

// The nine fields of a record (contract 1.5).
std::string RecordJson(const Presence& record);

// {"type":"event","data":{...,"subscriptions":[ : everything up to the ids.
std::string SocketEventStart(const Change& change, ChangeView view);
// The ids and the end of the message.
void AppendSocketEventEnd(std::string& out, absl::Span<const absl::string_view> subscription_ids);

// Who a socket belongs to, as SDKs expect it (contract 6.2: they only test that it is there).
struct SocketAccount {
  std::string user_id;
  std::string name;
  bool verified = false;
  std::vector<std::string> labels;
};
std::string AccountJson(const SocketAccount& account, TimePoint now);

struct SocketSubscriptionEcho {
  std::string id;
  std::vector<std::string> channels;
  std::vector<std::string> queries;
};

// `user_json`: AccountJson, or empty for a guest. `slots`: URL mode only, slot → subscription id.
std::string ConnectedMessage(absl::string_view user_json, absl::Span<const std::string> channels,
                             absl::Span<const std::string> slots);
std::string SubscribedMessage(absl::Span<const SocketSubscriptionEcho> subscriptions);
struct Unsubscribed {
  std::string id;
  bool removed = false;
};
std::string UnsubscribedMessage(absl::Span<const Unsubscribed> subscriptions);
std::string AuthenticatedMessage(absl::string_view user_json);
std::string PresenceMessage(const Presence& record);
std::string PongMessage();
std::string SocketErrorMessage(int code, absl::string_view message,
                               absl::string_view request_id = "");

}  // namespace presences::wire
