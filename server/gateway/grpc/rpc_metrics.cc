#include "server/gateway/grpc/rpc_metrics.h"

namespace presences::gateway {
namespace {

const MetricFamily kRequests{
    MetricType::kCounter, "presences_grpc_requests_total", "method,code",
    "gRPC calls answered, by method and canonical code; streams count when they end."};
const MetricFamily kDuration{
    MetricType::kHistogram, "presences_grpc_request_duration_seconds", "method",
    "From the arrival of a gRPC request to its answer, of a stream to its end, in seconds.",
    kRequestSeconds};

const CallMetrics::Families kFamilies{kRequests, kDuration, kCanonicalCodes, CanonicalName};

}  // namespace

RpcMetrics::RpcMetrics(Metrics& metrics, const std::string& method)
    : refusals_(metrics), calls_(metrics, kFamilies, method) {}

void RpcMetrics::Count(const absl::Status& status, MonotonicTime::duration took) const {
  calls_.Count(CanonicalCode(status), took);
  refusals_.Count(status);
}

}  // namespace presences::gateway
