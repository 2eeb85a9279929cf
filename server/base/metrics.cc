#include "server/base/metrics.h"

namespace presences {
namespace {

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
  Counter& GetCounter(const std::string&, const std::string&, const Labels&) override {
    return counter_;
  }
  Gauge& GetGauge(const std::string&, const std::string&, const Labels&) override { return gauge_; }
  Histogram& GetHistogram(const std::string&, const std::string&, const std::vector<double>&,
                          const Labels&) override {
    return histogram_;
  }

 private:
  NoCounter counter_;
  NoGauge gauge_;
  NoHistogram histogram_;
};

}  // namespace

Metrics& Metrics::None() {
  static NoMetrics* const metrics = new NoMetrics;
  return *metrics;
}

}  // namespace presences
