// RpcMetrics: counts the calls of one gRPC method, by code, and times them.
//
// Threads: any.
#pragma once

#include <array>
#include <atomic>
#include <string>

#include "absl/status/status.h"
#include "server/base/clock.h"
#include "server/base/metrics.h"
#include "server/base/refusals.h"

namespace presences::gateway {

class RpcMetrics {
 public:
  RpcMetrics(Metrics& metrics, const std::string& method);

  void Count(const absl::Status& status, MonotonicTime::duration took) const;
  const std::string& method() const { return method_; }

 private:
  static constexpr std::size_t kCodes = 17;  // gRPC's canonical codes

  Metrics& metrics_;
  const Refusals refusals_;
  const std::string method_;
  Histogram& duration_;
  // Made when a code first occurs, so that a scrape lists no method × code that never happened.
  mutable std::array<std::atomic<Counter*>, kCodes> by_code_{};
};

}  // namespace presences::gateway
