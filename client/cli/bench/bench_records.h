// BenchRecords: the presences of one run, recognisable by their status, made and removed here.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "client/cli/bench/plan.h"
#include "server/base/clock.h"

namespace presences::cli {

class BenchRecords {
 public:
  // `names_users`: the caller speaks for users, as API keys do, and must name them.
  BenchRecords(const BenchPlan& plan, Clock& clock, bool names_users);

  // The `number`th record, from the start again when there are no more. `at` goes into its
  // metadata.
  client::PresenceUpsert Upsert(std::uint64_t number, MonotonicTime at) const;
  std::string Id(std::uint64_t number) const;
  // A query that finds the records of this run, and no others.
  std::string Query() const;
  // The `at` of a record of any run; 0: it carries none.
  static MonotonicTime AtOf(const client::Presence& presence);

  absl::Status WriteAll(const client::PresenceClient& client) const;
  // Answers how many went.
  absl::StatusOr<std::int64_t> DeleteAll(const client::PresenceClient& client) const;

 private:
  const std::string run_;  // bench-1a2b3c
  const std::uint64_t count_;
  const std::string user_;
  const bool names_users_;
  const TimePoint expires_at_;  // should nobody be left to remove them
  Clock& clock_;
};

}  // namespace presences::cli
