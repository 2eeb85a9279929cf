// PresenceClient: presences for C++ programs.
//
//   auto client = client::Connect({.endpoint = "127.0.0.1:50051", .project = "demo", .api_key =
//   k}); auto presence = client->Upsert({.id = "p1", .status = "online", .user_id = "u1"});
//
// A thin value: copies share one connection. What retries, and how, is in RetryPolicy; what each
// call may answer is in the comments of proto/presences/v1.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/presence_connection.h"

namespace presences::client {

class PresenceClient {
 public:
  explicit PresenceClient(std::shared_ptr<PresenceConnection> connection)
      : connection_(std::move(connection)) {}

  absl::StatusOr<Presence> Upsert(const PresenceUpsert& upsert) const {
    return connection_->Upsert(upsert);
  }
  absl::StatusOr<Presence> Get(const std::string& id) const { return connection_->Get(id); }
  absl::StatusOr<PresenceList> List(const ListRequest& request = {}) const {
    return connection_->List(request);
  }
  absl::StatusOr<Presence> Update(const PresenceUpdate& update) const {
    return connection_->Update(update);
  }
  absl::Status Delete(const std::string& id,
                      std::optional<std::int64_t> if_revision = std::nullopt) const {
    return connection_->Delete(id, if_revision);
  }
  absl::StatusOr<PresenceCount> Count(const CountRequest& request = {}) const {
    return connection_->Count(request);
  }
  // Items fail one by one: the outer status is OK whenever the server answered.
  absl::StatusOr<BatchResults> BatchUpsert(const std::vector<PresenceUpsert>& items) const {
    return connection_->BatchUpsert(items);
  }
  // Answers how many went. After a retry, what the first attempt deleted may be missing from it.
  absl::StatusOr<std::int64_t> BatchDelete(const client::BatchDelete& request) const {
    return connection_->BatchDelete(request);
  }
  absl::StatusOr<Health> CheckHealth(const std::string& service = "") const {
    return connection_->CheckHealth(service);
  }

  // For a reader of its own; Subscription (subscription.h) brings a thread and callbacks.
  std::unique_ptr<EventStream> Subscribe(SubscribeRequest request = {}) const {
    return connection_->Subscribe(std::move(request));
  }
  std::unique_ptr<HeldStream> Hold(HoldRequest request) const {
    return connection_->Hold(std::move(request));
  }

 private:
  std::shared_ptr<PresenceConnection> connection_;
};

}  // namespace presences::client
