// RouteMetrics: counts the answers of one route, by status, and times them.
//
// Threads: any.
#pragma once

#include <string>

#include "server/base/call_metrics.h"
#include "server/base/clock.h"
#include "server/base/metrics.h"

namespace presences::gateway::http {

class RouteMetrics {
 public:
  RouteMetrics(Metrics& metrics, const std::string& route);

  void Count(int status, MonotonicTime::duration took) const;
  const std::string& route() const { return calls_.called(); }

 private:
  const CallMetrics calls_;
};

}  // namespace presences::gateway::http
