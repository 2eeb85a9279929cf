#include "server/ops/process_metrics.h"

#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace presences::ops {
namespace {

const MetricFamily kCpu{MetricType::kCounter, "presences_process_cpu_seconds_total", "",
                        "CPU time of the process, user and system, in seconds."};
const MetricFamily kResident{MetricType::kGauge, "presences_process_resident_memory_bytes", "",
                             "Memory of the process that is in RAM, in bytes."};
const MetricFamily kVirtual{MetricType::kGauge, "presences_process_virtual_memory_bytes", "",
                            "Address space of the process, in bytes."};
const MetricFamily kOpenFds{MetricType::kGauge, "presences_process_open_fds", "",
                            "Open file descriptors: each connection is one."};
const MetricFamily kMaxFds{MetricType::kGauge, "presences_process_max_fds", "",
                           "File descriptors that the process may have (ulimit -n)."};
const MetricFamily kThreads{MetricType::kGauge, "presences_process_threads", "",
                            "Threads of the process."};
const MetricFamily kStarted{MetricType::kGauge, "presences_process_start_time_seconds", "",
                            "When the process started, in seconds since 1970."};
const MetricFamily kAllocated{MetricType::kGauge, "presences_allocator_allocated_bytes", "",
                              "Heap memory in use, in bytes."};
const MetricFamily kMapped{MetricType::kGauge, "presences_allocator_mapped_bytes", "",
                           "Memory that the heap has from the system, in bytes."};
const MetricFamily kFree{MetricType::kGauge, "presences_allocator_free_bytes", "",
                         "Heap memory that is free but not given back to the system, in bytes."};

// Fields 3 and up of /proc/self/stat; the name before them may hold anything.
std::vector<std::string> StatFields() {
  std::ifstream file("/proc/self/stat");
  std::string text;
  std::getline(file, text);
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream rest(text.substr(name_end + 1));
  return {std::istream_iterator<std::string>(rest), {}};
}

std::optional<double> BootTime() {
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("btime ", 0) == 0) return std::stod(line.substr(6));
  }
  return std::nullopt;
}

std::optional<double> CountOpenFds() {
  std::error_code error;
  std::filesystem::directory_iterator entry("/proc/self/fd", error);
  double count = 0;
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) ++count;
  if (error) return std::nullopt;
  return count - 1;  // the one that reads the folder
}

}  // namespace

ProcessMetrics::ProcessMetrics(Metrics& metrics)
    : cpu_(metrics.GetCounter(kCpu)),
      resident_(metrics.GetGauge(kResident)),
      virtual_(metrics.GetGauge(kVirtual)),
      open_fds_(metrics.GetGauge(kOpenFds)),
      max_fds_(metrics.GetGauge(kMaxFds)),
      threads_(metrics.GetGauge(kThreads)),
      started_(metrics.GetGauge(kStarted)),
      allocated_(metrics.GetGauge(kAllocated)),
      mapped_(metrics.GetGauge(kMapped)),
      free_(metrics.GetGauge(kFree)) {}

void ProcessMetrics::Collect() {
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  // By proc(5), less the two fields before the state: utime 14, stime 15, num_threads 20,
  // starttime 22, vsize 23, rss 24.
  if (const std::vector<std::string> stat = StatFields(); stat.size() > 21) {
    const double cpu = (std::stod(stat[11]) + std::stod(stat[12])) / ticks;
    cpu_.Increment(cpu - std::exchange(counted_cpu_, cpu));
    threads_.Set(std::stod(stat[17]));
    if (const auto boot = BootTime()) started_.Set(*boot + std::stod(stat[19]) / ticks);
    virtual_.Set(std::stod(stat[20]));
    resident_.Set(std::stod(stat[21]) * static_cast<double>(::sysconf(_SC_PAGESIZE)));
  }
  if (const auto fds = CountOpenFds()) open_fds_.Set(*fds);
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) max_fds_.Set(static_cast<double>(limit.rlim_cur));
  const struct mallinfo2 heap = ::mallinfo2();
  allocated_.Set(static_cast<double>(heap.uordblks + heap.hblkhd));
  mapped_.Set(static_cast<double>(heap.arena + heap.hblkhd));
  free_.Set(static_cast<double>(heap.fordblks));
}

}  // namespace presences::ops
