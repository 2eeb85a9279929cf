#include <algorithm>
#include <cmath>
#include <random>
#include <thread>

#include "client/cli/bench/bench_records.h"
#include "client/cli/bench/bench_report.h"
#include "client/cli/bench/latencies.h"
#include "client/cli/bench/pacer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"
#include "tests/support/seed.h"
#include "tests/unit/client/stepping_clock.h"

namespace presences::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(LatenciesTest, PercentilesAreExactToTwoPercent) {
  std::mt19937_64 random(presences::testing::TestSeed());
  std::vector<std::int64_t> all;
  Latencies latencies;
  for (int i = 0; i < 20'000; ++i) {
    const auto value = static_cast<std::int64_t>(std::exp(random() % 2'400 / 100.0));
    all.push_back(value);
    latencies.Add(nanoseconds(value));
  }
  std::sort(all.begin(), all.end());
  for (const double part : {0.001, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const auto exact = static_cast<double>(
        all[static_cast<std::size_t>(std::ceil(part * static_cast<double>(all.size()))) - 1]);
    const auto found = static_cast<double>(latencies.Percentile(part).count());
    EXPECT_GE(found, exact) << part;
    EXPECT_LE(found, exact * 1.02 + 1) << part;
  }
  EXPECT_EQ(latencies.max().count(), all.back());
  EXPECT_EQ(latencies.Percentile(1).count(), all.back());
}

TEST(LatenciesTest, MergesAndKeepsExtremes) {
  Latencies a;
  EXPECT_EQ(a.Percentile(0.5), nanoseconds(0));
  EXPECT_EQ(a.mean(), nanoseconds(0));
  a.Add(nanoseconds(10));
  a.Add(nanoseconds(-5));  // a clock that was set back
  Latencies b;
  b.Add(std::chrono::hours(9));
  a.Merge(b);
  EXPECT_EQ(a.count(), 3u);
  EXPECT_EQ(a.max(), std::chrono::hours(9));
  EXPECT_EQ(a.Percentile(1), std::chrono::hours(9));
  EXPECT_EQ(a.Percentile(0.6), nanoseconds(10));
}

TEST(PacerTest, AnOpenLoopCountsFromTheTimeThatWasSet) {
  client::SteppingClock clock;
  Pacer pacer(clock, 10, seconds(1));
  const MonotonicTime start = clock.Monotonic();
  auto slot = pacer.Next();
  ASSERT_TRUE(slot);
  EXPECT_EQ(slot->from, start);
  slot = pacer.Next();  // waits for its turn
  EXPECT_EQ(slot->from, start + milliseconds(100));
  EXPECT_EQ(clock.Monotonic(), start + milliseconds(100));
  clock.Advance(milliseconds(450));  // the server was slow
  slot = pacer.Next();
  EXPECT_EQ(slot->number, 2u);
  EXPECT_EQ(slot->from, start + milliseconds(200));  // not now: its wait is the server's
  int more = 0;
  while (pacer.Next()) ++more;
  EXPECT_EQ(more, 7);  // ten in all, none left out
}

TEST(PacerTest, AClosedLoopCountsFromNow) {
  client::SteppingClock clock;
  Pacer pacer(clock, 0, seconds(1));
  clock.Advance(milliseconds(999));
  EXPECT_EQ(pacer.Next()->from, clock.Monotonic());
  clock.Advance(milliseconds(1));
  EXPECT_FALSE(pacer.Next());
}

TEST(PacerTest, StopEndsAWait) {
  presences::testing::FakeClock clock;
  Pacer pacer(clock, 0.001, std::chrono::hours(1));
  EXPECT_TRUE(pacer.Next());
  std::thread waiting([&] { EXPECT_FALSE(pacer.Next()); });  // its turn is far away
  pacer.Stop();
  waiting.join();
}

TEST(BenchRecordsTest, KnowsItsOwnRecords) {
  presences::testing::FakeClock clock;
  const BenchPlan plan{.records = 3};
  const BenchRecords records(plan, clock, true);
  const MonotonicTime at = clock.Monotonic() + milliseconds(7);
  const auto upsert = records.Upsert(4, at);
  EXPECT_EQ(upsert.id, records.Id(1));
  EXPECT_EQ(upsert.user_id, upsert.id);
  EXPECT_LE(upsert.id.size(), 36u);
  EXPECT_THAT(records.Query(), HasSubstr(upsert.status));
  EXPECT_GT(*upsert.expires_at, clock.Now());
  EXPECT_EQ(BenchRecords::AtOf({.metadata = *upsert.metadata}), at);
  EXPECT_EQ(BenchRecords::AtOf({.metadata = "{}"}), MonotonicTime{});
  EXPECT_FALSE(BenchRecords(plan, clock, false).Upsert(0, at).user_id.has_value());
}

TEST(BenchReportTest, NamesEveryNumber) {
  BenchOutcome outcome{.took = seconds(2)};
  for (int i = 1; i <= 100; ++i) outcome.results["get"].latencies.Add(milliseconds(i));
  outcome.results["get"].errors["PRESENCE_NOT_FOUND"] = 2;
  const BenchPlan plan{.workload = "get", .rate = 50};
  EXPECT_THAT(BenchJson(plan, "h:1", outcome),
              AllOf(HasSubstr("\"endpoint\":\"h:1\""), HasSubstr("\"calls\":100"),
                    HasSubstr("\"callsPerSecond\":50"), HasSubstr("\"max\":100000"),
                    HasSubstr("\"errors\":{\"PRESENCE_NOT_FOUND\":2}")));
  const std::string table = BenchTable(plan, outcome);
  EXPECT_THAT(table, AllOf(HasSubstr("get        100    50.0"), HasSubstr("100.0 ms  2\n"),
                           HasSubstr("get: 2 times PRESENCE_NOT_FOUND"),
                           HasSubstr("50 calls a second over 1 connection\n")));
  EXPECT_THAT(BenchProgress(outcome.results, seconds(1), seconds(2)),
              AllOf(HasSubstr("[==========          ] 1 of 2 s  100 calls  100/s  p50"),
                    HasSubstr("2 errors")));
}

}  // namespace
}  // namespace presences::cli
