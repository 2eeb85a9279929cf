// The JSON form of the subscribe stream: SubscribeResponse as one line of JSON.
//
// Threads: any (pure functions).
#pragma once

#include "absl/strings/string_view.h"
#include "server/core/stream_encoder.h"

namespace presences::wire {

// Frames without line breaks: head and body joined are one JSON object. Lives for ever.
const StreamEncoder& JsonStreamEncoder();

// What a head of JsonStreamEncoder says, for transports that state it outside of the JSON.
struct JsonHead {
  absl::string_view resume_token;  // may be empty
  absl::string_view kind;          // "reset", "changes", "current", "heartbeat", "going_away"
};

// REQUIRES: `head` was made by JsonStreamEncoder. The views point into it.
JsonHead ReadJsonHead(absl::string_view head);

}  // namespace presences::wire
