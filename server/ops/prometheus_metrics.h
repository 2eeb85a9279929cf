// PrometheusMetrics: the Metrics registry, in the data model and text format of prometheus-cpp.
//
// Threads: any. Lock order: its own mutex alone; collectors run without it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "server/base/metrics.h"

namespace presences::ops {

class PrometheusMetrics final : public Metrics {
 public:
  PrometheusMetrics();
  ~PrometheusMetrics() override;

  Counter& GetCounter(const MetricFamily& family, const Labels& labels) override;
  Gauge& GetGauge(const MetricFamily& family, const Labels& labels) override;
  Histogram& GetHistogram(const MetricFamily& family, const Labels& labels) override;

  // Runs `collector` before each scrape: for values that are read rather than counted. What it
  // uses must outlive the registry or the last scrape.
  void AddCollector(std::function<void()> collector);

  // Everything, in the Prometheus text format.
  std::string Text() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace presences::ops
