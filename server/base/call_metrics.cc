#include "server/base/call_metrics.h"

#include <chrono>
#include <utility>

namespace presences {

CallMetrics::CallMetrics(Metrics& metrics, const Families& families, std::string called)
    : metrics_(metrics),
      families_(families),
      called_(std::move(called)),
      duration_(
          metrics.GetHistogram(families.durations, {{families.durations.labels()[0], called_}})),
      by_code_(families.codes) {}

void CallMetrics::Count(std::size_t code, MonotonicTime::duration took) const {
  std::atomic<Counter*>& slot = by_code_[code];
  Counter* counter = slot.load(std::memory_order_acquire);
  if (counter == nullptr) {
    counter = &metrics_.GetCounter(families_.requests, {{families_.requests.labels()[0], called_},
                                                        {"code", families_.name(code)}});
    slot.store(counter, std::memory_order_release);
  }
  counter->Increment();
  duration_.Observe(std::chrono::duration<double>(took).count());
}

std::string CanonicalName(std::size_t code) {
  return absl::StatusCodeToString(static_cast<absl::StatusCode>(code));
}

std::size_t CanonicalCode(const absl::Status& status) {
  const auto code = static_cast<std::size_t>(status.code());
  return code < kCanonicalCodes ? code : static_cast<std::size_t>(absl::StatusCode::kUnknown);
}

}  // namespace presences
