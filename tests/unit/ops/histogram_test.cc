#include "server/ops/histogram.h"

#include <gmock/gmock.h>

#include <array>
#include <cmath>
#include <thread>
#include <vector>

namespace presences::ops {
namespace {

constexpr std::array<double, 3> kBounds = {1, 2, 5};

std::vector<std::uint64_t> Cumulative(const AtomicHistogram& histogram) {
  std::vector<std::uint64_t> counts;
  for (const auto& bucket : histogram.Collect().bucket) counts.push_back(bucket.cumulative_count);
  return counts;
}

TEST(AtomicHistogramTest, ABoundBelongsToItsBucket) {
  AtomicHistogram histogram(kBounds);
  for (const double value : {0.0, 1.0, 1.5, 2.0, 5.0, 5.1}) histogram.Observe(value);
  EXPECT_THAT(Cumulative(histogram), testing::ElementsAre(2, 4, 5, 6));
  const auto collected = histogram.Collect();
  EXPECT_EQ(collected.sample_count, 6);
  EXPECT_DOUBLE_EQ(collected.sample_sum, 14.6);
  EXPECT_TRUE(std::isinf(collected.bucket.back().upper_bound));
}

TEST(AtomicHistogramTest, LosesNothingUnderConcurrency) {
  AtomicHistogram histogram(kBounds);
  constexpr int kThreads = 4;
  constexpr int kEach = 10'000;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&histogram] {
      for (int n = 0; n < kEach; ++n) histogram.Observe(n % 6);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(histogram.Collect().sample_count, kThreads * kEach);
  double sum = 0;
  for (int n = 0; n < kEach; ++n) sum += n % 6;
  EXPECT_DOUBLE_EQ(histogram.Collect().sample_sum, sum * kThreads);
}

}  // namespace
}  // namespace presences::ops
