#include "server/gateway/ws/message_metrics.h"

#include <chrono>

namespace presences::gateway {
namespace {

const MetricFamily kRequests{
    MetricType::kCounter, "presences_socket_requests_total", "kind,code",
    "Messages that Realtime sockets have answered, by kind and canonical code; kind is `message` "
    "where none could be read."};
const MetricFamily kDuration{
    MetricType::kHistogram, "presences_socket_request_duration_seconds", "kind",
    "From the arrival of a message on a Realtime socket to its answer, in seconds.",
    kRequestSeconds};

}  // namespace

MessageMetrics::MessageMetrics(Metrics& metrics, const std::string& kind)
    : metrics_(metrics),
      kind_(kind),
      duration_(metrics.GetHistogram(kDuration, {{"kind", kind}})) {}

void MessageMetrics::Count(const absl::Status& status, MonotonicTime::duration took) const {
  const auto code = static_cast<std::size_t>(status.code());
  std::atomic<Counter*>& slot = by_code_[code < kCodes ? code : 2];
  Counter* counter = slot.load(std::memory_order_acquire);
  if (counter == nullptr) {
    counter = &metrics_.GetCounter(
        kRequests, {{"kind", kind_}, {"code", absl::StatusCodeToString(status.code())}});
    slot.store(counter, std::memory_order_release);
  }
  counter->Increment();
  duration_.Observe(std::chrono::duration<double>(took).count());
}

}  // namespace presences::gateway
