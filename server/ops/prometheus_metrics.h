// PrometheusMetrics: the Metrics registry on prometheus-cpp.
//
// Threads: any.
#pragma once

#include <memory>
#include <string>

#include "server/base/metrics.h"

namespace presences::ops {

class PrometheusMetrics final : public Metrics {
 public:
  PrometheusMetrics();
  ~PrometheusMetrics() override;

  Counter& GetCounter(const std::string& name, const std::string& help,
                      const Labels& labels) override;
  Gauge& GetGauge(const std::string& name, const std::string& help, const Labels& labels) override;
  Histogram& GetHistogram(const std::string& name, const std::string& help,
                          const std::vector<double>& buckets, const Labels& labels) override;

  // Everything, in the Prometheus text format.
  std::string Text() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace presences::ops
