#include "server/ops/process_metrics.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <ctime>

#include "tests/support/counting_metrics.h"

namespace presences::ops {
namespace {

using presences::testing::CountingMetrics;

TEST(ProcessMetricsTest, TellsOfThisProcess) {
  CountingMetrics metrics;
  ProcessMetrics process(metrics);
  process.Collect();
  EXPECT_GT(metrics.Value("presences_process_resident_memory_bytes"), 1 << 20);
  EXPECT_GT(metrics.Value("presences_process_virtual_memory_bytes"),
            metrics.Value("presences_process_resident_memory_bytes"));
  EXPECT_EQ(metrics.Value("presences_process_threads"), 1);
  EXPECT_GT(metrics.Value("presences_process_max_fds"), 3);
  EXPECT_LE(metrics.Value("presences_process_start_time_seconds"), std::time(nullptr) + 1);
  EXPECT_GT(metrics.Value("presences_process_start_time_seconds"), std::time(nullptr) - 600);
}

TEST(ProcessMetricsTest, CountsAnotherFile) {
  CountingMetrics metrics;
  ProcessMetrics process(metrics);
  process.Collect();
  const double before = metrics.Value("presences_process_open_fds");
  const int file = ::open("/dev/null", O_RDONLY);
  process.Collect();
  EXPECT_EQ(metrics.Value("presences_process_open_fds"), before + 1);
  ::close(file);
}

TEST(ProcessMetricsTest, CpuTimeIsCountedOnce) {
  CountingMetrics metrics;
  ProcessMetrics process(metrics);
  for (int i = 0; i < 100; ++i) process.Collect();
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  const double seconds = static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
  EXPECT_LE(metrics.Value("presences_process_cpu_seconds_total"), seconds + 0.02);
}

}  // namespace
}  // namespace presences::ops
