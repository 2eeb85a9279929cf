#include "server/ops/prometheus_metrics.h"

#include <gmock/gmock.h>

#include <array>

#include "server/ops/metrics_page.h"

namespace presences::ops {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::array<double, 2> kBounds = {0.5, 1};
const MetricFamily kCalls{MetricType::kCounter, "presences_test_calls_total", "method,code",
                          "Calls of the test."};
const MetricFamily kSize{MetricType::kGauge, "presences_test_size", "", "Size of the test."};
const MetricFamily kTimes{MetricType::kHistogram, "presences_test_seconds", "",
                          "Times of the test, in seconds.", kBounds};

TEST(PrometheusMetricsTest, WritesEachFamilyWithHelpTypeAndSeries) {
  PrometheusMetrics metrics;
  metrics.GetCounter(kCalls, {{"method", "Get"}, {"code", "OK"}}).Increment(2);
  metrics.GetGauge(kSize, {}).Set(7);
  metrics.GetHistogram(kTimes, {}).Observe(0.75);
  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("# HELP presences_test_calls_total Calls of the test.\n"
                              "# TYPE presences_test_calls_total counter\n"
                              "presences_test_calls_total{method=\"Get\",code=\"OK\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("presences_test_size 7\n"));
  EXPECT_THAT(text, HasSubstr("presences_test_seconds_bucket{le=\"0.5\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("presences_test_seconds_bucket{le=\"1\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("presences_test_seconds_count 1\n"));
}

TEST(PrometheusMetricsTest, TheSameLabelsGiveTheSameObject) {
  PrometheusMetrics metrics;
  Counter& one = metrics.GetCounter(kCalls, {{"method", "Get"}, {"code", "OK"}});
  EXPECT_EQ(&one, &metrics.GetCounter(kCalls, {{"method", "Get"}, {"code", "OK"}}));
  EXPECT_NE(&one, &metrics.GetCounter(kCalls, {{"method", "Get"}, {"code", "NOT_FOUND"}}));
}

TEST(PrometheusMetricsTest, AFamilyThatCountedNothingIsNotScraped) {
  const PrometheusMetrics metrics;
  EXPECT_THAT(metrics.Text(), Not(HasSubstr("presences_test")));
}

TEST(PrometheusMetricsTest, CollectorsRunBeforeEachScrape) {
  PrometheusMetrics metrics;
  Gauge& size = metrics.GetGauge(kSize, {});
  metrics.AddCollector([&size] { size.Add(1); });
  EXPECT_THAT(metrics.Text(), HasSubstr("presences_test_size 1\n"));
  EXPECT_THAT(metrics.Text(), HasSubstr("presences_test_size 2\n"));
}

TEST(PrometheusMetricsDeathTest, OtherLabelsThanDeclaredAreAMistake) {
  PrometheusMetrics metrics;
  EXPECT_DEATH(metrics.GetCounter(kCalls, {{"code", "OK"}}), "check failed");
  EXPECT_DEATH(metrics.GetGauge(kCalls, {{"method", "a"}, {"code", "b"}}), "check failed");
}

TEST(MetricsPageTest, ListsWhatIsDeclared) {
  const std::string page = MetricsPage();
  EXPECT_THAT(page, HasSubstr("| `presences_test_calls_total` | counter | method, code | Calls of "
                              "the test. |\n"));
  EXPECT_THAT(page, HasSubstr("- `presences_test_seconds`: 0.5, 1\n"));
}

}  // namespace
}  // namespace presences::ops
