// Tally: what calls took and how they failed, by the name of the operation.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "client/cli/bench/latencies.h"
#include "server/base/mutex.h"

namespace presences::cli {

struct OperationResults {
  Latencies latencies;                          // of the calls that succeeded
  std::map<std::string, std::uint64_t> errors;  // by reason
};
using Results = std::map<std::string, OperationResults>;

void MergeInto(Results& sum, const Results& results);
std::uint64_t CallsOf(const Results& results);
std::uint64_t ErrorsOf(const Results& results);

class Tally {
 public:
  // A failure counts by its reason; its latency does not.
  void Add(absl::string_view operation, const absl::Status& status, Latencies::Time latency)
      EXCLUDES(mutex_);
  void Fail(absl::string_view operation, const std::string& reason, std::uint64_t times)
      EXCLUDES(mutex_);
  void Merge(const Results& results) EXCLUDES(mutex_);
  // Adds everything to `sum`.
  void AddTo(Results& sum) const EXCLUDES(mutex_);
  std::uint64_t Count(absl::string_view operation) const EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;  // a leaf
  Results results_ GUARDED_BY(mutex_);
};

}  // namespace presences::cli
