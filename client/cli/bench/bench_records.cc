#include "client/cli/bench/bench_records.h"

#include <algorithm>
#include <random>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "client/cli/duration.h"
#include "client/cli/query_options.h"

namespace presences::cli {
namespace {

constexpr std::uint64_t kBatch = 500;
constexpr std::chrono::minutes kAfterwards{5};
constexpr char kAt[] = "{\"at\":";

std::string RunName() {
  return absl::StrCat("bench-", absl::Hex(std::random_device{}() & 0xFFFFFF, absl::kZeroPad6));
}

}  // namespace

BenchRecords::BenchRecords(const BenchPlan& plan, Clock& clock, bool names_users)
    : run_(RunName()),
      count_(static_cast<std::uint64_t>(plan.records)),
      user_(plan.user),
      names_users_(names_users),
      expires_at_(clock.Now() + *ParseDuration(plan.duration) + kAfterwards),
      clock_(clock) {}

std::string BenchRecords::Id(std::uint64_t number) const {
  return absl::StrCat(run_, "-", number % count_);
}

client::PresenceUpsert BenchRecords::Upsert(std::uint64_t number, MonotonicTime at) const {
  client::PresenceUpsert upsert{.id = Id(number), .status = run_, .expires_at = expires_at_};
  upsert.metadata = absl::StrCat(kAt, at.time_since_epoch().count(), "}");
  if (names_users_) upsert.user_id = user_.empty() ? upsert.id : user_;
  return upsert;
}

std::string BenchRecords::Query() const { return QueryText("equal", "status", {Quoted(run_)}); }

MonotonicTime BenchRecords::AtOf(const client::Presence& presence) {
  const std::size_t begin = sizeof(kAt) - 1;
  const std::size_t end = presence.metadata.find('}');
  std::int64_t at = 0;
  if (presence.metadata.compare(0, begin, kAt) != 0 || end == std::string::npos ||
      !absl::SimpleAtoi(presence.metadata.substr(begin, end - begin), &at)) {
    return {};
  }
  return MonotonicTime(std::chrono::nanoseconds(at));
}

absl::Status BenchRecords::WriteAll(const client::PresenceClient& client) const {
  for (std::uint64_t first = 0; first < count_; first += kBatch) {
    std::vector<client::PresenceUpsert> batch;
    for (std::uint64_t i = first; i < std::min(count_, first + kBatch); ++i) {
      batch.push_back(Upsert(i, clock_.Monotonic()));
    }
    const auto results = client.BatchUpsert(batch);
    if (!results.ok()) return results.status();
    for (const auto& result : *results) {
      if (!result.ok()) return result.status();
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::int64_t> BenchRecords::DeleteAll(const client::PresenceClient& client) const {
  std::int64_t gone = 0;
  if (!names_users_) {  // a user cannot delete by query
    for (std::uint64_t i = 0; i < count_; ++i) gone += client.Delete(Id(i)).ok() ? 1 : 0;
    return gone;
  }
  while (true) {
    const auto some = client.BatchDelete({.queries = {Query()}});
    if (!some.ok()) return some.status();
    if (*some == 0) return gone;
    gone += *some;
  }
}

}  // namespace presences::cli
