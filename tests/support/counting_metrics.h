// CountingMetrics: a registry whose values a test can read.
//
// Threads: any.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "server/base/metrics.h"
#include "server/base/mutex.h"

namespace presences::testing {

class CountingMetrics final : public Metrics {
 public:
  Counter& GetCounter(const MetricFamily& family, const Labels& labels) override {
    return At(family.name(), labels);
  }
  Gauge& GetGauge(const MetricFamily& family, const Labels& labels) override {
    return At(family.name(), labels);
  }
  Histogram& GetHistogram(const MetricFamily& family, const Labels& labels) override {
    return At(family.name(), labels);
  }

  // The sum of a counter, the value of a gauge, the number of observations of a histogram.
  double Value(const std::string& name, const Labels& labels = {}) {
    return At(name, labels).Get();
  }

 private:
  class Cell final : public Counter, public Gauge, public Histogram {
   public:
    void Increment(double by) override { Add(by); }
    void Observe(double) override { Add(1); }
    void Set(double value) override {
      MutexLock lock(mutex_);
      value_ = value;
    }
    void Add(double by) override {
      MutexLock lock(mutex_);
      value_ += by;
    }
    double Get() const {
      MutexLock lock(mutex_);
      return value_;
    }

   private:
    mutable Mutex mutex_;
    double value_ GUARDED_BY(mutex_) = 0;
  };

  Cell& At(const std::string& name, const Labels& labels) {
    std::string key = name;
    for (const auto& [label, value] : labels) key += "|" + label + "=" + value;
    MutexLock lock(mutex_);
    std::unique_ptr<Cell>& cell = cells_[key];
    if (cell == nullptr) cell = std::make_unique<Cell>();
    return *cell;
  }

  Mutex mutex_;
  std::map<std::string, std::unique_ptr<Cell>> cells_ GUARDED_BY(mutex_);
};

}  // namespace presences::testing
