// HealthReport: what one look at a server found.
//
// Threads: plain data.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "client/presence_client.h"

namespace presences::cli {

struct HealthReport {
  client::Health overall = client::Health::kUnknown;
  std::vector<std::pair<std::string, client::Health>> services = {};
  // Of the metrics port, if it was asked: what /readyz says; empty: it was not asked.
  std::string readiness = {};
  bool ready = true;

  bool healthy() const;
  friend bool operator==(const HealthReport&, const HealthReport&) = default;
};

struct HealthQuestion {
  std::vector<std::string> services = {};  // empty: the server as a whole, and each of its services
  std::string metrics_endpoint = {};       // empty: not asked
};

// An error: the server was not reached.
absl::StatusOr<HealthReport> LookAtHealth(const client::PresenceClient& client,
                                          const HealthQuestion& question);

// One line.
std::string HealthJson(const HealthReport& report);
std::string HealthText(const HealthReport& report);

}  // namespace presences::cli
