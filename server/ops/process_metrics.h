// ProcessMetrics: what the operating system and the allocator say of this process.
//
// Threads: one at a time.
#pragma once

#include "server/base/metrics.h"

namespace presences::ops {

class ProcessMetrics {
 public:
  explicit ProcessMetrics(Metrics& metrics);

  // Reads /proc and mallinfo2 and sets the gauges. What cannot be read keeps its last value.
  void Collect();

 private:
  Counter& cpu_;
  double counted_cpu_ = 0;
  Gauge& resident_;
  Gauge& virtual_;
  Gauge& open_fds_;
  Gauge& max_fds_;
  Gauge& threads_;
  Gauge& started_;
  Gauge& allocated_;
  Gauge& mapped_;
  Gauge& free_;
};

}  // namespace presences::ops
