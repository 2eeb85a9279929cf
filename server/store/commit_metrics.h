// CommitMetrics: what operators see of the committer.
//
// Threads: any.
#pragma once

#include <array>
#include <string>

#include "absl/types/span.h"
#include "server/base/clock.h"
#include "server/base/metrics.h"
#include "server/core/change.h"

namespace presences::store {

class CommitMetrics {
 public:
  explicit CommitMetrics(Metrics& metrics);

  void CountChanges(absl::Span<const ChangePtr> changes, TimePoint now);
  static Gauge& RecordsOf(Metrics& metrics, const std::string& project_id);

  Histogram& batch_size;
  Histogram& duration;
  Histogram& queue_delay;
  Histogram& append;
  Counter& log_failures;
  Counter& shed;

 private:
  std::array<Counter*, kChangeKinds> changes_;  // by ChangeKind
  Histogram& lateness_;
};

}  // namespace presences::store
