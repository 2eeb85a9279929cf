// RouteMetrics: counts the answers of one route, by status, and times them.
//
// Threads: any.
#pragma once

#include <array>
#include <atomic>
#include <string>

#include "server/base/clock.h"
#include "server/base/metrics.h"

namespace presences::gateway::http {

class RouteMetrics {
 public:
  RouteMetrics(Metrics& metrics, const std::string& route);

  void Count(int status, MonotonicTime::duration took) const;
  const std::string& route() const { return route_; }

 private:
  static constexpr std::size_t kStatuses = 600;

  Metrics& metrics_;
  const std::string route_;
  Histogram& duration_;
  // Made when a status first occurs, so that a scrape lists no route × status that never happened.
  mutable std::array<std::atomic<Counter*>, kStatuses> by_status_{};
};

}  // namespace presences::gateway::http
