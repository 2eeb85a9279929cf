#include "server/base/refusals.h"

#include <string>

#include "server/base/reason.h"

namespace presences {
namespace {

const MetricFamily kRefusals{
    MetricType::kCounter, "presences_refusals_total", "limit",
    "Calls, messages, streams and sockets refused because of a limit, by its name."};

}  // namespace

void Refusals::Count(const absl::Status& status) const {
  if (status.ok()) return;
  if (const std::string limit = ErrorMetadata(status, "limit"); !limit.empty()) Count(limit);
}

void Refusals::Count(absl::string_view limit) const {
  metrics_.GetCounter(kRefusals, {{"limit", std::string(limit)}}).Increment();
}

}  // namespace presences
