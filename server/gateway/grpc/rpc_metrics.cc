#include "server/gateway/grpc/rpc_metrics.h"

#include <chrono>

namespace presences::gateway {

RpcMetrics::RpcMetrics(Metrics& metrics, const std::string& method)
    : metrics_(metrics),
      method_(method),
      duration_(metrics.GetHistogram(
          "presences_grpc_request_duration_seconds",
          "From the arrival of a gRPC request to its answer, by method; seconds.",
          {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5},
          {{"method", method}})) {}

void RpcMetrics::Count(const absl::Status& status, MonotonicTime::duration took) const {
  const auto code = static_cast<std::size_t>(status.code());
  std::atomic<Counter*>& slot = by_code_[code < kCodes ? code : 2];
  Counter* counter = slot.load(std::memory_order_acquire);
  if (counter == nullptr) {
    counter = &metrics_.GetCounter(
        "presences_grpc_requests_total", "gRPC requests answered, by method and canonical code.",
        {{"method", method_}, {"code", absl::StatusCodeToString(status.code())}});
    slot.store(counter, std::memory_order_release);
  }
  counter->Increment();
  duration_.Observe(std::chrono::duration<double>(took).count());
}

}  // namespace presences::gateway
