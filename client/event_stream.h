// EventStream: what a reader pulls the events of one subscription from.
//
// Threads: one reader calls Next; any thread may call Cancel.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "client/stream_event.h"

namespace presences::client {

class EventStream {
 public:
  virtual ~EventStream() = default;

  // Waits for the next event. Connections that break are replaced in here, and the stream goes on
  // after the last event; the reader sees a kReset when the server could not continue it.
  // An error is final: a refusal, CANCELLED after Cancel, or the last failure when
  // RetryPolicy::give_up_after has passed without a working connection.
  virtual absl::StatusOr<StreamEvent> Next() = 0;

  // Makes the current and every later Next fail with CANCELLED.
  virtual void Cancel() = 0;

  // Continues after the last event that Next returned, in another stream, process or year; empty
  // when there is nothing to continue. For the reader's thread.
  virtual std::string resume_token() const = 0;
};

}  // namespace presences::client
