// Latencies: how long calls took, in fixed memory: buckets that are never wider than 2 % of what
// is in them.
//
// Threads: one at a time.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace presences::cli {

class Latencies {
 public:
  using Time = std::chrono::nanoseconds;

  void Add(Time time);
  void Merge(const Latencies& other);

  std::uint64_t count() const { return count_; }
  Time max() const { return max_; }
  Time mean() const;
  // What `part` (0 to 1) of all took at most, exact to 2 %; 0 when there are none.
  Time Percentile(double part) const;

 private:
  static constexpr std::size_t kSteps = 64;      // buckets for each doubling
  static constexpr std::size_t kDoublings = 40;  // up to half an hour

  static std::size_t BucketOf(std::uint64_t nanos);
  static std::uint64_t UpperEnd(std::size_t bucket);

  std::array<std::uint64_t, kSteps*(kDoublings + 1)> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t total_ = 0;
  Time max_{0};
};

}  // namespace presences::cli
