#include "server/store/commit_metrics.h"

#include <algorithm>
#include <array>

namespace presences::store {
namespace {

constexpr std::array<double, 11> kGroupSizes = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000};
// Around the promise of 100 ms (design 4.4) and the aim of 25 ms (design 7).
constexpr std::array<double, 12> kLateness = {0.001, 0.002, 0.004, 0.008, 0.016, 0.025,
                                              0.05,  0.1,   0.25,  1,     5,     30};

const MetricFamily kChanges{
    MetricType::kCounter, "presences_changes_total", "type",
    "Committed changes, by the type that watchers are told; EXTENDED is told to nobody."};
const MetricFamily kBatchSize{MetricType::kHistogram, "presences_commit_batch_size", "",
                              "Changes that one log append made durable together.", kGroupSizes};
const MetricFamily kCommit{MetricType::kHistogram, "presences_commit_duration_seconds", "",
                           "Time to run, log, apply and publish one group of writes, in seconds.",
                           kStepSeconds};
const MetricFamily kQueueDelay{
    MetricType::kHistogram, "presences_commit_queue_delay_seconds", "",
    "Time that the oldest write of a group waited for the committer, in seconds.", kStepSeconds};
const MetricFamily kAppend{MetricType::kHistogram, "presences_log_append_seconds", "",
                           "Time that the log took to make one group durable, in seconds.",
                           kStepSeconds};
const MetricFamily kLogFailures{
    MetricType::kCounter, "presences_log_failures_total", "",
    "Appends that the log refused, and tries whether it works again that found it does not."};
const MetricFamily kShed{MetricType::kCounter, "presences_writes_shed_total", "",
                         "Writes refused because the commit queue was too old."};
const MetricFamily kExpiryLateness{
    MetricType::kHistogram, "presences_expiry_lateness_seconds", "",
    "Time from a record's expiresAt to the publication of its expiry, in seconds.", kLateness};
const MetricFamily kRecords{MetricType::kGauge, "presences_records", "project",
                            "Records that a project holds."};

}  // namespace

CommitMetrics::CommitMetrics(Metrics& metrics)
    : batch_size(metrics.GetHistogram(kBatchSize)),
      duration(metrics.GetHistogram(kCommit)),
      queue_delay(metrics.GetHistogram(kQueueDelay)),
      append(metrics.GetHistogram(kAppend)),
      log_failures(metrics.GetCounter(kLogFailures)),
      shed(metrics.GetCounter(kShed)),
      changes_{&metrics.GetCounter(kChanges, {{"type", "UPSERTED"}}),
               &metrics.GetCounter(kChanges, {{"type", "UPDATED"}}),
               &metrics.GetCounter(kChanges, {{"type", "DELETED"}}),
               &metrics.GetCounter(kChanges, {{"type", "EXPIRED"}}),
               &metrics.GetCounter(kChanges, {{"type", "EXTENDED"}})},
      lateness_(metrics.GetHistogram(kExpiryLateness)) {}

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
  return metrics.GetGauge(kRecords, {{"project", project_id}});
}

}  // namespace presences::store
