// ClientMessage: what a Realtime client sends, parsed and checked (contract 6.3).
//
// A whole batch is checked before anything of it is applied, so a parse either gives all or an
// error. Unknown keys are ignored.
//
// Threads: any (pure functions).
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/core/validate.h"

namespace presences::gateway {

struct PingMessage {};

struct AuthenticationMessage {
  std::string session;
};

struct SubscribeMessage {
  struct Item {
    std::string id;  // empty: the server makes one
    std::vector<std::string> channels;
    std::vector<std::string> queries;
  };
  std::vector<Item> items;
};

struct UnsubscribeMessage {
  std::vector<std::string> ids;
};

struct PresenceMessageIn {
  RawWrite write;  // presence_id empty: the server makes one
};

using ClientMessage = std::variant<PingMessage, AuthenticationMessage, SubscribeMessage,
                                   UnsubscribeMessage, PresenceMessageIn>;

// GENERAL_ARGUMENT_INVALID names the field, the rule and the fix; the socket answers error 1003
// and stays open.
absl::StatusOr<ClientMessage> ParseClientMessage(absl::string_view text);

}  // namespace presences::gateway
