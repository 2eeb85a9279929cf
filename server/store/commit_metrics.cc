#include "server/store/commit_metrics.h"

#include <algorithm>
#include <vector>

namespace presences::store {
namespace {

const std::vector<double>& Seconds() {
  static const auto* const buckets = new std::vector<double>{
      5e-6, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.025, 0.1, 0.5, 1, 5};
  return *buckets;
}

Counter& ChangesOf(Metrics& metrics, const char* type) {
  return metrics.GetCounter("presences_changes_total",
                            "Committed changes, by the type that watchers see (EXTENDED: none).",
                            {{"type", type}});
}

}  // namespace

CommitMetrics::CommitMetrics(Metrics& metrics)
    : batch_size(metrics.GetHistogram("presences_commit_batch_size",
                                      "Changes that one log append made durable together.",
                                      {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000})),
      duration(metrics.GetHistogram(
          "presences_commit_duration_seconds",
          "Time to run, log, apply and publish one group of writes, in seconds.", Seconds())),
      queue_delay(metrics.GetHistogram(
          "presences_commit_queue_delay_seconds",
          "Time that the oldest write of a group waited for the committer, in seconds.",
          Seconds())),
      append(metrics.GetHistogram("presences_log_append_seconds",
                                  "Time that the log took to make one group durable, in seconds.",
                                  Seconds())),
      shed(metrics.GetCounter("presences_writes_shed_total",
                              "Writes refused because the commit queue was too old.")),
      changes_{&ChangesOf(metrics, "UPSERTED"), &ChangesOf(metrics, "UPDATED"),
               &ChangesOf(metrics, "DELETED"), &ChangesOf(metrics, "EXPIRED"),
               &ChangesOf(metrics, "EXTENDED")},
      lateness_(metrics.GetHistogram(
          "presences_expiry_lateness_seconds",
          "Time from a record's expiresAt to the publication of its expiry, in seconds.",
          {0.001, 0.002, 0.004, 0.008, 0.016, 0.025, 0.05, 0.1, 0.25, 1, 5, 30})) {}

void CommitMetrics::CountChanges(absl::Span<const ChangePtr> changes, TimePoint now) {
  std::array<int, kChangeKinds> counts{};
  for (const ChangePtr& change : changes) {
    ++counts[static_cast<std::size_t>(change->kind())];
    if (change->kind() != ChangeKind::kExpired) continue;
    const std::chrono::duration<double> late = now - change->before()->expires_at();
    lateness_.Observe(std::max(0.0, late.count()));
  }
  for (std::size_t kind = 0; kind < counts.size(); ++kind) {
    if (counts[kind] > 0) changes_[kind]->Increment(counts[kind]);
  }
}

Gauge& CommitMetrics::RecordsOf(Metrics& metrics, const std::string& project_id) {
  return metrics.GetGauge("presences_records", "Records that a project holds.",
                          {{"project", project_id}});
}

}  // namespace presences::store
