// HeldStream: a presence that lives as long as a connection (Realtime.Connect).
//
// Threads: one reader calls Next; any thread may call Release.
#pragma once

#include "absl/status/statusor.h"
#include "client/presence.h"
#include "client/retry_policy.h"

namespace presences::client {

struct HoldRequest {
  PresenceUpsert presence = {};  // an empty id lets the server make one
  ReconnectCallback on_reconnect = {};
};

class HeldStream {
 public:
  virtual ~HeldStream() = default;

  // Waits until the presence is held, and answers the record. Called again, waits until the
  // connection broke and the presence is held by a new one; within the server's grace nobody else
  // notices. An error is final: a refusal, CANCELLED after Release, or the
  // last failure when RetryPolicy::give_up_after has passed without the presence being held.
  virtual absl::StatusOr<Presence> Next() = 0;

  // Closes the connection cleanly: the presence goes at once unless another connection holds it.
  // Makes the current and every later Next fail with CANCELLED.
  virtual void Release() = 0;
};

}  // namespace presences::client
