// The subscribe stream as plain values (proto/presences/v1/realtime.proto).
//
// Threads: plain data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "client/presence.h"
#include "client/retry_policy.h"
#include "server/base/clock.h"

namespace presences::client {

enum class ChangeType {
  kUnknown,  // a type of a newer server: treat the record as changed
  kUpserted,
  kUpdated,
  kDeleted,
  kExpired,
  kRemoved,  // still there, but no longer in the reader's view
};

enum class DeleteCause { kNone, kCall, kConnection };

struct Change {
  ChangeType type = ChangeType::kUnknown;
  DeleteCause delete_cause = DeleteCause::kNone;  // only with kDeleted
  Presence presence = {};  // when it is gone: the last state the reader was allowed to see
  std::int64_t revision = 0;
  TimePoint time = {};
};

// Tells whether the record is out of the reader's view after `type`.
bool Leaves(ChangeType type);

struct StreamEvent {
  enum class Kind {
    kReset,  // what is known is void; the state follows as changes, then kCurrent
    kChanges,
    kCurrent,  // the reader holds exactly what it may see
    kHeartbeat,
    kGoingAway,  // the server asks to reconnect; the stream does so by itself
  };
  Kind kind = Kind::kHeartbeat;
  std::vector<Change> changes = {};  // in order; only with kChanges
  std::string resume_token = {};     // continues after this event; may be empty
};

struct SubscribeRequest {
  std::vector<std::string> channels = {"presences"};
  std::vector<std::string> queries = {};
  std::string resume_token = {};  // from an earlier stream with the same channels and queries
  bool snapshot = true;           // false: begins with kCurrent
  bool skip_unchanged = false;    // leaves out writes that only moved times
  std::int32_t max_batch = 0;     // changes in one event, 1-100; 0: the server's choice
  ReconnectCallback on_reconnect = {};
};

}  // namespace presences::client
