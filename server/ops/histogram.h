// AtomicHistogram: counts observations in buckets, without a lock.
//
// prometheus-cpp's own takes a mutex for each observation, which fifty threads of gRPC would meet
// at once; this one costs three uncontended atomic additions. A scrape may see an observation in
// its bucket and not yet in the sum.
//
// Threads: any.
#pragma once

#include <prometheus/client_metric.h>

#include <atomic>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "server/base/metrics.h"

namespace presences::ops {

class AtomicHistogram final : public Histogram {
 public:
  // `buckets`: upper bounds, ascending.
  explicit AtomicHistogram(absl::Span<const double> buckets);

  void Observe(double value) override;

  // What a scrape is told.
  prometheus::ClientMetric::Histogram Collect() const;

 private:
  const absl::Span<const double> buckets_;
  std::vector<std::atomic<std::uint64_t>> counts_;  // one more: above the last bound
  std::atomic<double> sum_{0};
};

}  // namespace presences::ops
