// Client values to and from the protobuf messages, each conversion once.
//
// Threads: any (pure functions).
#pragma once

#include "absl/status/status.h"
#include "client/presence.h"
#include "client/stream_event.h"

namespace google::rpc {
class Status;
}
namespace grpc {
class Status;
}
namespace presences::v1 {
class Presence;
class UpsertPresenceRequest;
class UpdatePresenceRequest;
class SubscribeRequest;
class SubscribeResponse;
}  // namespace presences::v1

namespace presences::client {

Presence FromProto(const v1::Presence& message);
// A response of a kind this library does not know is a heartbeat: it shows life and carries a
// token.
StreamEvent FromProto(v1::SubscribeResponse& message);
absl::Status FromProto(const google::rpc::Status& message);
absl::Status FromGrpc(const grpc::Status& status);

// These fill an empty message.
void ToProto(const PresenceUpsert& upsert, v1::UpsertPresenceRequest* out);
void ToProto(const PresenceUpdate& update, v1::UpdatePresenceRequest* out);
void ToProto(const SubscribeRequest& request, v1::SubscribeRequest* out);

}  // namespace presences::client
