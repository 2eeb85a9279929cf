// Quota: the limits of one project, and what is counted against them across all surfaces.
//
// A reload replaces the limits as a whole. They count for what comes from then on; connections
// that are open stay, even when a lower limit would not have let them in.
//
// Threads: any.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/base/clock.h"
#include "server/base/reloadable.h"
#include "server/service/token_bucket.h"

namespace presences::service {

// 0 switches a limit off.
struct ProjectLimits {
  std::size_t max_connections = 100'000;  // sockets and streams, of all surfaces together
  std::size_t max_channels_per_subscription = 100;
  std::size_t max_subscriptions_per_connection = 100;
  double messages_per_second = 50;  // of one connection
  double message_burst = 200;
  double connects_per_minute_per_ip = 128;  // of sockets
  double writes_per_second = 0;             // of the project

  TokenBucket::Rate MessageRate() const {
    return {messages_per_second, std::max(1.0, message_burst)};
  }
};

// A place among the project's connections; given back when it goes.
class ConnectionSlot {
 public:
  ConnectionSlot() = default;
  ConnectionSlot(ConnectionSlot&&) noexcept = default;
  ConnectionSlot& operator=(ConnectionSlot&& other) noexcept;
  ~ConnectionSlot() { Release(); }

  void Release();

 private:
  friend class Quota;
  using Count = std::shared_ptr<std::atomic<std::size_t>>;
  explicit ConnectionSlot(Count count) : count_(std::move(count)) {}

  Count count_;  // null: no place
};

class Quota {
 public:
  Quota(std::string project_id, const ProjectLimits& limits, const Clock& clock);

  // The limits as they are now.
  const ProjectLimits& limits() const { return *limits_; }
  void Replace(const ProjectLimits& limits) { limits_.Replace(limits); }

  // Takes a place for a socket or a stream. GENERAL_RESOURCE_LIMIT_EXCEEDED: max_connections.
  absl::StatusOr<ConnectionSlot> Connect();
  std::size_t connection_count() const { return *connections_; }

  // GENERAL_RATE_LIMIT_EXCEEDED: writes_per_second is used up.
  absl::Status TakeWrites(std::size_t operations);

 private:
  const std::string project_id_;
  Reloadable<ProjectLimits> limits_;
  TokenBucket writes_;
  const ConnectionSlot::Count connections_ = std::make_shared<std::atomic<std::size_t>>(0);
};

using QuotaPtr = std::shared_ptr<Quota>;

}  // namespace presences::service
