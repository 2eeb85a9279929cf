#include "server/base/metrics.h"

#include <algorithm>

#include "absl/strings/str_split.h"

namespace presences {
namespace {

// Families register while the program starts, before there are threads. Constant-initialized.
const MetricFamily* g_families = nullptr;

struct NoCounter final : Counter {
  void Increment(double) override {}
};
struct NoGauge final : Gauge {
  void Set(double) override {}
  void Add(double) override {}
};
struct NoHistogram final : Histogram {
  void Observe(double) override {}
};

class NoMetrics final : public Metrics {
 public:
  Counter& GetCounter(const MetricFamily&, const Labels&) override { return counter_; }
  Gauge& GetGauge(const MetricFamily&, const Labels&) override { return gauge_; }
  Histogram& GetHistogram(const MetricFamily&, const Labels&) override { return histogram_; }

 private:
  NoCounter counter_;
  NoGauge gauge_;
  NoHistogram histogram_;
};

}  // namespace

MetricFamily::MetricFamily(MetricType type, const char* name, const char* labels, const char* help,
                           absl::Span<const double> buckets)
    : type_(type),
      name_(name),
      labels_(labels),
      help_(help),
      buckets_(buckets),
      next_(std::exchange(g_families, this)) {}

std::vector<std::string> MetricFamily::labels() const {
  return absl::StrSplit(labels_, ',', absl::SkipEmpty());
}

std::vector<const MetricFamily*> MetricFamily::All() {
  std::vector<const MetricFamily*> all;
  for (const MetricFamily* each = g_families; each != nullptr; each = each->next_) {
    all.push_back(each);
  }
  std::sort(all.begin(), all.end(), [](const MetricFamily* a, const MetricFamily* b) {
    return absl::string_view(a->name()) < b->name();
  });
  return all;
}

Metrics& Metrics::None() {
  static NoMetrics* const metrics = new NoMetrics;
  return *metrics;
}

}  // namespace presences
