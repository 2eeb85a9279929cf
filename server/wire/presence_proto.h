// Records, changes and refusals as protobuf: each conversion once.
//
// Threads: any (pure functions).
#pragma once

#include <string>

#include "absl/status/status.h"
#include "server/core/presence.h"
#include "server/core/stream_encoder.h"

namespace google::rpc {
class Status;
}
namespace presences::v1 {
class Presence;
}

namespace presences::wire {

// Fills an empty message.
void ToProto(const Presence& record, v1::Presence* out);

// The refusal with its ErrorInfo and other details.
void ToProto(const absl::Status& status, google::rpc::Status* out);
// The same, serialized: what gRPC sends as error details.
std::string SerializedStatus(const absl::Status& status);

// SubscribeResponse frames; lives for ever.
const StreamEncoder& ProtobufStreamEncoder();

}  // namespace presences::wire
