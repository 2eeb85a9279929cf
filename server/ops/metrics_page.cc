#include "server/ops/metrics_page.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/base/metrics.h"

namespace presences::ops {
namespace {

constexpr char kHead[] = R"(# Metrics

`GET /metrics` on the metrics port, in the Prometheus text format. This page is printed by `presenced --print_metrics`; a test compares the two.

Labels have few values: projects, methods, routes and codes of this program, never ids of users or presences. A histogram NAME is scraped as `NAME_bucket`, `NAME_sum` and `NAME_count`. Series of methods, routes and codes appear when they first occur.

| metric | type | labels | meaning |
| --- | --- | --- | --- |
)";

const char* NameOf(MetricType type) {
  switch (type) {
    case MetricType::kCounter:
      return "counter";
    case MetricType::kGauge:
      return "gauge";
    case MetricType::kHistogram:
      break;
  }
  return "histogram";
}

}  // namespace

std::string MetricsPage() {
  std::string page = kHead;
  for (const MetricFamily* family : MetricFamily::All()) {
    absl::StrAppend(&page, "| `", family->name(), "` | ", NameOf(family->type()), " | ",
                    absl::StrJoin(family->labels(), ", "), " | ", family->help(), " |\n");
  }
  absl::StrAppend(&page, "\n## Buckets\n\n");
  for (const MetricFamily* family : MetricFamily::All()) {
    if (family->type() != MetricType::kHistogram) continue;
    absl::StrAppend(&page, "- `", family->name(), "`: ", absl::StrJoin(family->buckets(), ", "),
                    "\n");
  }
  return page;
}

}  // namespace presences::ops
