#include "server/gateway/http/route_metrics.h"

#include <chrono>

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

}  // namespace

RouteMetrics::RouteMetrics(Metrics& metrics, const std::string& route)
    : metrics_(metrics),
      route_(route),
      duration_(metrics.GetHistogram(kDuration, {{"route", route}})) {}

void RouteMetrics::Count(int status, MonotonicTime::duration took) const {
  std::atomic<Counter*>& slot = by_status_[static_cast<std::size_t>(status) % kStatuses];
  Counter* counter = slot.load(std::memory_order_acquire);
  if (counter == nullptr) {
    counter = &metrics_.GetCounter(kRequests, {{"route", route_}, {"code", absl::StrCat(status)}});
    slot.store(counter, std::memory_order_release);
  }
  counter->Increment();
  duration_.Observe(std::chrono::duration<double>(took).count());
}

}  // namespace presences::gateway::http
