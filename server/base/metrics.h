// Metrics: what the code counts, without knowing who reads it.
//
// A family is declared at namespace scope in the file that counts it; folders below ops hold the
// references they increment, ops implements the registry on prometheus-cpp, and docs/metrics.md
// is printed from what was declared. Looking a metric up takes a lock, so callers look up once and
// keep the reference, which lives as long as the registry.
//
// Threads: any.
#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace presences {

// By name, in the order in which the family declares them.
using Labels = std::vector<std::pair<std::string, std::string>>;

enum class MetricType { kCounter, kGauge, kHistogram };

// For histograms of seconds: of a request; of a step inside, which can be microseconds.
inline constexpr std::array<double, 14> kRequestSeconds = {
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5};
inline constexpr std::array<double, 15> kStepSeconds = {
    5e-6, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.025, 0.1, 0.5, 1, 5};

// A name with its meaning. Every family of the program is in All(), whether or not it has counted
// anything yet. REQUIRES: namespace scope, and arguments that live as long as the program.
class MetricFamily {
 public:
  // `labels`: names, separated by commas; each with few values. `help` is shown to operators: what
  // is counted, and the unit that the name ends with. `buckets`: of a histogram, ascending.
  MetricFamily(MetricType type, const char* name, const char* labels, const char* help,
               absl::Span<const double> buckets = {});
  MetricFamily(const MetricFamily&) = delete;

  MetricType type() const { return type_; }
  const char* name() const { return name_; }
  std::vector<std::string> labels() const;
  const char* help() const { return help_; }
  absl::Span<const double> buckets() const { return buckets_; }

  // By name.
  static std::vector<const MetricFamily*> All();

 private:
  const MetricType type_;
  const char* const name_;
  const char* const labels_;
  const char* const help_;
  const absl::Span<const double> buckets_;
  const MetricFamily* const next_;
};

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
  // The same family and labels give the same object. REQUIRES: the family is of that type and
  // declares exactly these labels.
  virtual Counter& GetCounter(const MetricFamily& family, const Labels& labels = {}) = 0;
  virtual Gauge& GetGauge(const MetricFamily& family, const Labels& labels = {}) = 0;
  virtual Histogram& GetHistogram(const MetricFamily& family, const Labels& labels = {}) = 0;

  // A registry that throws everything away; lives for ever. For tests and tools.
  static Metrics& None();
};

}  // namespace presences
