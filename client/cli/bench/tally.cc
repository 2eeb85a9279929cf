#include "client/cli/bench/tally.h"

#include "client/error_details.h"

namespace presences::cli {

void MergeInto(Results& sum, const Results& results) {
  for (const auto& [name, operation] : results) {
    OperationResults& into = sum[name];
    into.latencies.Merge(operation.latencies);
    for (const auto& [reason, times] : operation.errors) into.errors[reason] += times;
  }
}

std::uint64_t CallsOf(const Results& results) {
  std::uint64_t calls = 0;
  for (const auto& [name, operation] : results) calls += operation.latencies.count();
  return calls;
}

std::uint64_t ErrorsOf(const Results& results) {
  std::uint64_t errors = 0;
  for (const auto& [name, operation] : results) {
    for (const auto& [reason, times] : operation.errors) errors += times;
  }
  return errors;
}

void Tally::Add(absl::string_view operation, const absl::Status& status, Latencies::Time latency) {
  const std::string reason = status.ok() ? "" : client::ReasonOf(status);
  MutexLock lock(mutex_);
  OperationResults& results = results_[std::string(operation)];
  if (status.ok()) {
    results.latencies.Add(latency);
  } else {
    ++results.errors[reason.empty() ? absl::StatusCodeToString(status.code()) : reason];
  }
}

void Tally::Fail(absl::string_view operation, const std::string& reason, std::uint64_t times) {
  MutexLock lock(mutex_);
  results_[std::string(operation)].errors[reason] += times;
}

void Tally::Merge(const Results& results) {
  MutexLock lock(mutex_);
  MergeInto(results_, results);
}

void Tally::AddTo(Results& sum) const {
  MutexLock lock(mutex_);
  MergeInto(sum, results_);
}

std::uint64_t Tally::Count(absl::string_view operation) const {
  MutexLock lock(mutex_);
  const auto found = results_.find(std::string(operation));
  return found == results_.end() ? 0 : found->second.latencies.count();
}

}  // namespace presences::cli
