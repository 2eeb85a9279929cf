// RetryingConnection: the PresenceConnection over a stub; the one place that tries again.
//
// A call is repeated only when that cannot do harm: a write that checks `if_revision` would meet
// its own first attempt, so it is repeated only after a refusal, never after a lost answer.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <memory>

#include "client/presence_connection.h"
#include "client/retry_policy.h"
#include "server/base/clock.h"

namespace presences::client {

class PresenceStub;

struct RetryingOptions {
  RetryPolicy policy = {};
  std::uint64_t seed = 0;  // of the jitter; 0: a random one
};

std::unique_ptr<PresenceConnection> MakeRetryingConnection(std::shared_ptr<PresenceStub> stub,
                                                           Clock& clock,
                                                           const RetryingOptions& options);

}  // namespace presences::client
