// UrlSubscriptions: subscriptions that older clients put into the URL (contract 6.9).
//
// channels[]=presences&channels[]=presences.P names channels; per-channel queries come as
// <channel with _ for .>[slot][]=<query>. A slot is one subscription; a channel without queries
// belongs to slot 0.
//
// Threads: any (pure functions).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "server/gateway/ws/client_message.h"

namespace presences::gateway {

struct UrlSubscriptions {
  std::vector<std::string> channels;  // as named, in order
  SubscribeMessage message;           // one item a slot, ascending
};

UrlSubscriptions ParseUrlSubscriptions(
    const std::vector<std::pair<std::string, std::string>>& parameters);

}  // namespace presences::gateway
