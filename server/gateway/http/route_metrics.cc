#include "server/gateway/http/route_metrics.h"

#include <chrono>

#include "absl/strings/str_cat.h"

namespace presences::gateway::http {

RouteMetrics::RouteMetrics(Metrics& metrics, const std::string& route)
    : metrics_(metrics),
      route_(route),
      duration_(metrics.GetHistogram(
          "presences_http_request_duration_seconds",
          "From the header of an HTTP request to its answer, by route; seconds. For streams: to "
          "their first byte.",
          {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5},
          {{"route", route}})) {}

void RouteMetrics::Count(int status, MonotonicTime::duration took) const {
  std::atomic<Counter*>& slot = by_status_[static_cast<std::size_t>(status) % kStatuses];
  Counter* counter = slot.load(std::memory_order_acquire);
  if (counter == nullptr) {
    counter = &metrics_.GetCounter("presences_http_requests_total",
                                   "HTTP requests answered, by route and status.",
                                   {{"route", route_}, {"code", absl::StrCat(status)}});
    slot.store(counter, std::memory_order_release);
  }
  counter->Increment();
  duration_.Observe(std::chrono::duration<double>(took).count());
}

}  // namespace presences::gateway::http
