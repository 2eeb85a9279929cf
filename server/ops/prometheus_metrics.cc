#include "server/ops/prometheus_metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>

#include "server/base/mutex.h"

namespace presences::ops {
namespace {

struct PrometheusCounter final : Counter {
  explicit PrometheusCounter(prometheus::Counter& c) : counter(c) {}
  void Increment(double by) override { counter.Increment(by); }
  prometheus::Counter& counter;
};

struct PrometheusGauge final : Gauge {
  explicit PrometheusGauge(prometheus::Gauge& g) : gauge(g) {}
  void Set(double value) override { gauge.Set(value); }
  void Add(double by) override { gauge.Increment(by); }
  prometheus::Gauge& gauge;
};

struct PrometheusHistogram final : Histogram {
  explicit PrometheusHistogram(prometheus::Histogram& h) : histogram(h) {}
  void Observe(double value) override { histogram.Observe(value); }
  prometheus::Histogram& histogram;
};

using LabelMap = std::map<std::string, std::string>;
using Key = std::pair<std::string, LabelMap>;

}  // namespace

struct PrometheusMetrics::Impl {
  prometheus::Registry registry;
  Mutex mutex;
  std::map<Key, std::unique_ptr<PrometheusCounter>> counters GUARDED_BY(mutex);
  std::map<Key, std::unique_ptr<PrometheusGauge>> gauges GUARDED_BY(mutex);
  std::map<Key, std::unique_ptr<PrometheusHistogram>> histograms GUARDED_BY(mutex);
};

PrometheusMetrics::PrometheusMetrics() : impl_(std::make_unique<Impl>()) {}
PrometheusMetrics::~PrometheusMetrics() = default;

Counter& PrometheusMetrics::GetCounter(const std::string& name, const std::string& help,
                                       const Labels& labels) {
  const LabelMap map(labels.begin(), labels.end());
  MutexLock lock(impl_->mutex);
  auto& slot = impl_->counters[{name, map}];
  if (slot == nullptr) {
    auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(impl_->registry);
    slot = std::make_unique<PrometheusCounter>(family.Add(map));
  }
  return *slot;
}

Gauge& PrometheusMetrics::GetGauge(const std::string& name, const std::string& help,
                                   const Labels& labels) {
  const LabelMap map(labels.begin(), labels.end());
  MutexLock lock(impl_->mutex);
  auto& slot = impl_->gauges[{name, map}];
  if (slot == nullptr) {
    auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(impl_->registry);
    slot = std::make_unique<PrometheusGauge>(family.Add(map));
  }
  return *slot;
}

Histogram& PrometheusMetrics::GetHistogram(const std::string& name, const std::string& help,
                                           const std::vector<double>& buckets,
                                           const Labels& labels) {
  const LabelMap map(labels.begin(), labels.end());
  MutexLock lock(impl_->mutex);
  auto& slot = impl_->histograms[{name, map}];
  if (slot == nullptr) {
    auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(impl_->registry);
    slot = std::make_unique<PrometheusHistogram>(family.Add(map, buckets));
  }
  return *slot;
}

std::string PrometheusMetrics::Text() const {
  return prometheus::TextSerializer{}.Serialize(impl_->registry.Collect());
}

}  // namespace presences::ops
