// Metrics: what the code counts, without knowing who reads it.
//
// Folders below ops declare their families here and hold the references they increment; ops
// implements the registry on prometheus-cpp. Looking a metric up takes a lock, so callers look up
// once and keep the reference, which lives as long as the registry.
//
// Threads: any.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace presences {

using Labels = std::vector<std::pair<std::string, std::string>>;

class Counter {
 public:
  virtual ~Counter() = default;
  virtual void Increment(double by = 1) = 0;
};

class Gauge {
 public:
  virtual ~Gauge() = default;
  virtual void Set(double value) = 0;
  virtual void Add(double by) = 0;
};

class Histogram {
 public:
  virtual ~Histogram() = default;
  // `value` in the unit that the metric's name ends with.
  virtual void Observe(double value) = 0;
};

class Metrics {
 public:
  virtual ~Metrics() = default;
  // `help` is shown to operators: meaning and unit. The same name and labels give the same object.
  virtual Counter& GetCounter(const std::string& name, const std::string& help,
                              const Labels& labels = {}) = 0;
  virtual Gauge& GetGauge(const std::string& name, const std::string& help,
                          const Labels& labels = {}) = 0;
  virtual Histogram& GetHistogram(const std::string& name, const std::string& help,
                                  const std::vector<double>& buckets,
                                  const Labels& labels = {}) = 0;

  // A registry that throws everything away; lives for ever. For tests and tools.
  static Metrics& None();
};

}  // namespace presences
