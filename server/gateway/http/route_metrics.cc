#include "server/gateway/http/route_metrics.h"

#include "absl/strings/str_cat.h"

namespace presences::gateway::http {
namespace {

const MetricFamily kRequests{MetricType::kCounter, "presences_http_requests_total", "route,code",
                             "HTTP requests answered, by route and status; streams and sockets "
                             "count when they begin."};
const MetricFamily kDuration{
    MetricType::kHistogram, "presences_http_request_duration_seconds", "route",
    "From the header of an HTTP request to its answer, in seconds; of a stream to its first byte.",
    kRequestSeconds};

constexpr std::size_t kStatuses = 600;

std::string StatusName(std::size_t status) { return absl::StrCat(status); }

const CallMetrics::Families kFamilies{kRequests, kDuration, kStatuses, StatusName};

}  // namespace

RouteMetrics::RouteMetrics(Metrics& metrics, const std::string& route)
    : calls_(metrics, kFamilies, route) {}

void RouteMetrics::Count(int status, MonotonicTime::duration took) const {
  calls_.Count(static_cast<std::size_t>(status) % kStatuses, took);
}

}  // namespace presences::gateway::http
