// RpcMetrics: counts the calls of one gRPC method, by code, and times them.
//
// Threads: any.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "server/base/call_metrics.h"
#include "server/base/clock.h"
#include "server/base/metrics.h"
#include "server/base/refusals.h"

namespace presences::gateway {

class RpcMetrics {
 public:
  RpcMetrics(Metrics& metrics, const std::string& method);

  void Count(const absl::Status& status, MonotonicTime::duration took) const;
  const std::string& method() const { return calls_.called(); }

 private:
  const Refusals refusals_;
  const CallMetrics calls_;
};

}  // namespace presences::gateway
