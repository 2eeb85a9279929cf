// MockConnection: a PresenceConnection for tests of what stands on it.
//
// Threads: one at a time.
#pragma once

#include "client/presence_connection.h"
#include "gmock/gmock.h"

namespace presences::client {

class MockConnection : public PresenceConnection {
 public:
  MOCK_METHOD(absl::StatusOr<Presence>, Upsert, (const PresenceUpsert&), (override));
  MOCK_METHOD(absl::StatusOr<Presence>, Get, (const std::string&), (override));
  MOCK_METHOD(absl::StatusOr<PresenceList>, List, (const ListRequest&), (override));
  MOCK_METHOD(absl::StatusOr<Presence>, Update, (const PresenceUpdate&), (override));
  MOCK_METHOD(absl::Status, Delete, (const std::string&, std::optional<std::int64_t>), (override));
  MOCK_METHOD(absl::StatusOr<PresenceCount>, Count, (const CountRequest&), (override));
  MOCK_METHOD(absl::StatusOr<BatchResults>, BatchUpsert, (const std::vector<PresenceUpsert>&),
              (override));
  MOCK_METHOD(absl::StatusOr<std::int64_t>, BatchDelete, (const client::BatchDelete&), (override));
  MOCK_METHOD(std::unique_ptr<EventStream>, Subscribe, (SubscribeRequest), (override));
  MOCK_METHOD(std::unique_ptr<HeldStream>, Hold, (HoldRequest), (override));
  MOCK_METHOD(absl::StatusOr<Health>, CheckHealth, (const std::string&), (override));
};

// An EventStream that gives prepared events, then an error.
class PreparedStream final : public EventStream {
 public:
  PreparedStream(std::vector<StreamEvent> events, absl::Status end)
      : events_(std::move(events)), end_(std::move(end)) {}

  absl::StatusOr<StreamEvent> Next() override {
    if (next_ == events_.size()) return end_;
    return events_[next_++];
  }
  void Cancel() override {}
  std::string resume_token() const override { return ""; }

 private:
  const std::vector<StreamEvent> events_;
  const absl::Status end_;
  std::size_t next_ = 0;
};

}  // namespace presences::client
