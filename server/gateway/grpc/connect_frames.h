// Frames of Connect: a SubscribeResponse that the hub made, wrapped as an event without parsing.
//
// Threads: any (pure functions).
#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <string>

#include "absl/strings/string_view.h"
#include "server/hub/sink.h"

namespace presences::gateway {

// ConnectResponse{event: {subscription_ids: [id], response: frame}}, the body shared.
grpc::ByteBuffer ConnectEvent(const std::string& subscription_id, hub::Frame frame);

// The resume token that a frame's head begins with; empty: none.
std::string ResumeTokenOf(absl::string_view head);

// The two parts of a frame as slices; the body is shared, not copied.
grpc::ByteBuffer ToBuffer(hub::Frame frame);

}  // namespace presences::gateway
