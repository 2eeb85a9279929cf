// PresenceConnection: the seam between PresenceClient and the network.
//
// The implementation behind Connect() retries; tests of applications put a mock here.
// Errors are those of the proto's comments, with google.rpc details as payloads (error_details.h).
//
// Threads: any.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/event_stream.h"
#include "client/held_stream.h"
#include "client/presence.h"
#include "client/stream_event.h"

namespace presences::client {

class PresenceConnection {
 public:
  virtual ~PresenceConnection() = default;

  virtual absl::StatusOr<Presence> Upsert(const PresenceUpsert& upsert) = 0;
  virtual absl::StatusOr<Presence> Get(const std::string& id) = 0;
  virtual absl::StatusOr<PresenceList> List(const ListRequest& request) = 0;
  virtual absl::StatusOr<Presence> Update(const PresenceUpdate& update) = 0;
  virtual absl::Status Delete(const std::string& id, std::optional<std::int64_t> if_revision) = 0;
  virtual absl::StatusOr<PresenceCount> Count(const CountRequest& request) = 0;
  virtual absl::StatusOr<BatchResults> BatchUpsert(const std::vector<PresenceUpsert>& items) = 0;
  virtual absl::StatusOr<std::int64_t> BatchDelete(const client::BatchDelete& request) = 0;

  // Nothing is sent before the first Next.
  virtual std::unique_ptr<EventStream> Subscribe(SubscribeRequest request) = 0;
  // Holds a presence for as long as the result lives; nothing is sent before the first Next.
  virtual std::unique_ptr<HeldStream> Hold(HoldRequest request) = 0;

  // `service`: a full gRPC service name; empty: the server as a whole.
  virtual absl::StatusOr<Health> CheckHealth(const std::string& service) = 0;
};

}  // namespace presences::client
