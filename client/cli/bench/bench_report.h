// What a run of bench found, as JSON and for people.
//
// Threads: any (pure functions).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "client/cli/bench/plan.h"
#include "client/cli/bench/tally.h"

namespace presences::cli {

struct BenchOutcome {
  Results results = {};
  std::chrono::duration<double> took{0};
  bool interrupted = false;
  std::int64_t removed = 0;  // records that were there in the end
};

// One line.
std::string BenchJson(const BenchPlan& plan, const std::string& endpoint,
                      const BenchOutcome& outcome);
std::string BenchTable(const BenchPlan& plan, const BenchOutcome& outcome);

// One line on how far a run is.
std::string BenchProgress(const Results& results, std::chrono::duration<double> passed,
                          std::chrono::duration<double> whole);

}  // namespace presences::cli
