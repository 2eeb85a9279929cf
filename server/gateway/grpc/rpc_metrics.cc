#include "server/gateway/grpc/rpc_metrics.h"

#include <chrono>

namespace presences::gateway {
namespace {

const MetricFamily kRequests{
    MetricType::kCounter, "presences_grpc_requests_total", "method,code",
    "gRPC calls answered, by method and canonical code; streams count when they end."};
const MetricFamily kDuration{
    MetricType::kHistogram, "presences_grpc_request_duration_seconds", "method",
    "From the arrival of a gRPC request to its answer, of a stream to its end, in seconds.",
    kRequestSeconds};

}  // namespace

RpcMetrics::RpcMetrics(Metrics& metrics, const std::string& method)
    : metrics_(metrics),
      refusals_(metrics),
      method_(method),
      duration_(metrics.GetHistogram(kDuration, {{"method", method}})) {}

void RpcMetrics::Count(const absl::Status& status, MonotonicTime::duration took) const {
  const auto code = static_cast<std::size_t>(status.code());
  std::atomic<Counter*>& slot = by_code_[code < kCodes ? code : 2];
  Counter* counter = slot.load(std::memory_order_acquire);
  if (counter == nullptr) {
    counter = &metrics_.GetCounter(
        kRequests, {{"method", method_}, {"code", absl::StatusCodeToString(status.code())}});
    slot.store(counter, std::memory_order_release);
  }
  counter->Increment();
  refusals_.Count(status);
  duration_.Observe(std::chrono::duration<double>(took).count());
}

}  // namespace presences::gateway
