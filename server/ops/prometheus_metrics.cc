#include "server/ops/prometheus_metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <atomic>
#include <map>
#include <utility>
#include <vector>

#include "server/base/check.h"
#include "server/base/mutex.h"
#include "server/ops/histogram.h"

namespace presences::ops {
namespace {

class Value final : public Counter, public Gauge {
 public:
  void Increment(double by) override { value_.fetch_add(by, std::memory_order_relaxed); }
  void Add(double by) override { value_.fetch_add(by, std::memory_order_relaxed); }
  void Set(double value) override { value_.store(value, std::memory_order_relaxed); }
  double Get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

// One label set of a family; `histogram` only in families of that type.
struct Series {
  Value value;
  std::unique_ptr<AtomicHistogram> histogram;
};

using SeriesByLabels = std::map<Labels, std::unique_ptr<Series>>;

prometheus::MetricType TypeOf(MetricType type) {
  switch (type) {
    case MetricType::kCounter:
      return prometheus::MetricType::Counter;
    case MetricType::kGauge:
      return prometheus::MetricType::Gauge;
    case MetricType::kHistogram:
      break;
  }
  return prometheus::MetricType::Histogram;
}

bool Declares(const MetricFamily& family, const Labels& labels) {
  const std::vector<std::string> names = family.labels();
  if (names.size() != labels.size()) return false;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] != labels[i].first) return false;
  }
  return true;
}

prometheus::ClientMetric Collect(const MetricFamily& family, const Labels& labels,
                                 const Series& series) {
  prometheus::ClientMetric metric;
  for (const auto& [name, value] : labels) metric.label.push_back({name, value});
  switch (family.type()) {
    case MetricType::kCounter:
      metric.counter.value = series.value.Get();
      break;
    case MetricType::kGauge:
      metric.gauge.value = series.value.Get();
      break;
    case MetricType::kHistogram:
      metric.histogram = series.histogram->Collect();
      break;
  }
  return metric;
}

}  // namespace

struct PrometheusMetrics::Impl {
  Series& SeriesOf(const MetricFamily& family, const Labels& labels, MetricType type) {
    PRESENCES_CHECK(family.type() == type && Declares(family, labels));
    MutexLock lock(mutex);
    std::unique_ptr<Series>& series = families[&family][labels];
    if (series == nullptr) {
      series = std::make_unique<Series>();
      if (type == MetricType::kHistogram) {
        series->histogram = std::make_unique<AtomicHistogram>(family.buckets());
      }
    }
    return *series;
  }

  Mutex mutex;
  std::map<const MetricFamily*, SeriesByLabels> families GUARDED_BY(mutex);
  std::vector<std::function<void()>> collectors GUARDED_BY(mutex);
};

PrometheusMetrics::PrometheusMetrics() : impl_(std::make_unique<Impl>()) {}
PrometheusMetrics::~PrometheusMetrics() = default;

Counter& PrometheusMetrics::GetCounter(const MetricFamily& family, const Labels& labels) {
  return impl_->SeriesOf(family, labels, MetricType::kCounter).value;
}

Gauge& PrometheusMetrics::GetGauge(const MetricFamily& family, const Labels& labels) {
  return impl_->SeriesOf(family, labels, MetricType::kGauge).value;
}

Histogram& PrometheusMetrics::GetHistogram(const MetricFamily& family, const Labels& labels) {
  return *impl_->SeriesOf(family, labels, MetricType::kHistogram).histogram;
}

void PrometheusMetrics::AddCollector(std::function<void()> collector) {
  MutexLock lock(impl_->mutex);
  impl_->collectors.push_back(std::move(collector));
}

std::string PrometheusMetrics::Text() const {
  std::vector<std::function<void()>> collectors;
  {
    MutexLock lock(impl_->mutex);
    collectors = impl_->collectors;
  }
  for (const auto& collect : collectors) collect();
  std::vector<prometheus::MetricFamily> collected;
  MutexLock lock(impl_->mutex);
  for (const MetricFamily* family : MetricFamily::All()) {
    const auto found = impl_->families.find(family);
    if (found == impl_->families.end()) continue;
    prometheus::MetricFamily& out = collected.emplace_back();
    out.name = family->name();
    out.help = family->help();
    out.type = TypeOf(family->type());
    for (const auto& [labels, series] : found->second) {
      out.metric.push_back(Collect(*family, labels, *series));
    }
  }
  return prometheus::TextSerializer{}.Serialize(collected);
}

}  // namespace presences::ops
