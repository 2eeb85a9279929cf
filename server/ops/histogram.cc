#include "server/ops/histogram.h"

#include <algorithm>
#include <limits>

namespace presences::ops {

AtomicHistogram::AtomicHistogram(absl::Span<const double> buckets)
    : buckets_(buckets), counts_(buckets.size() + 1) {}

void AtomicHistogram::Observe(double value) {
  const auto bucket = std::lower_bound(buckets_.begin(), buckets_.end(), value);
  counts_[static_cast<std::size_t>(bucket - buckets_.begin())].fetch_add(1,
                                                                         std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

prometheus::ClientMetric::Histogram AtomicHistogram::Collect() const {
  prometheus::ClientMetric::Histogram histogram;
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    count += counts_[i].load(std::memory_order_relaxed);
    const double bound =
        i < buckets_.size() ? buckets_[i] : std::numeric_limits<double>::infinity();
    histogram.bucket.push_back({count, bound});
  }
  histogram.sample_count = count;
  histogram.sample_sum = sum_.load(std::memory_order_relaxed);
  return histogram;
}

}  // namespace presences::ops
