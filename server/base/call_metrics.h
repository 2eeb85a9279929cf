// CallMetrics: counts the answers of one method, route or kind of message by code, and times them.
//
// Threads: any.
#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "server/base/clock.h"
#include "server/base/metrics.h"

namespace presences {

class CallMetrics {
 public:
  // What a surface counts by. Lives as long as the program.
  struct Families {
    const MetricFamily& requests;   // labels: what is called, `code`
    const MetricFamily& durations;  // label: what is called
    std::size_t codes;              // every code is below
    std::string (*name)(std::size_t code);
  };

  // `called`: the value of the first label.
  CallMetrics(Metrics& metrics, const Families& families, std::string called);

  const std::string& called() const { return called_; }
  void Count(std::size_t code, MonotonicTime::duration took) const;

 private:
  Metrics& metrics_;
  const Families families_;
  const std::string called_;
  Histogram& duration_;
  // Made when a code first occurs, so that a scrape lists nothing that never happened.
  mutable std::vector<std::atomic<Counter*>> by_code_;
};

// For surfaces that count by canonical code.
inline constexpr std::size_t kCanonicalCodes = 17;
std::string CanonicalName(std::size_t code);
// The code to count; one that is not canonical counts as UNKNOWN.
std::size_t CanonicalCode(const absl::Status& status);

}  // namespace presences
