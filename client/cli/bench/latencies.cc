#include "client/cli/bench/latencies.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace presences::cli {

// Below kSteps a bucket holds one value; above, the highest bit names the doubling and the next
// six the step.
std::size_t Latencies::BucketOf(std::uint64_t nanos) {
  if (nanos < kSteps) return static_cast<std::size_t>(nanos);
  const auto shift = static_cast<std::size_t>(std::bit_width(nanos)) - 7;
  const std::size_t doubling = std::min(shift + 1, kDoublings);
  const std::size_t step = shift + 1 > kDoublings ? kSteps - 1 : (nanos >> shift) - kSteps;
  return doubling * kSteps + step;
}

std::uint64_t Latencies::UpperEnd(std::size_t bucket) {
  if (bucket < kSteps) return bucket;
  const std::size_t shift = bucket / kSteps - 1;
  return ((std::uint64_t{kSteps} + bucket % kSteps + 1) << shift) - 1;
}

void Latencies::Add(Time time) {
  const auto nanos = static_cast<std::uint64_t>(std::max<Time::rep>(0, time.count()));
  ++buckets_[BucketOf(nanos)];
  ++count_;
  total_ += nanos;
  max_ = std::max(max_, time);
}

void Latencies::Merge(const Latencies& other) {
  for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  total_ += other.total_;
  max_ = std::max(max_, other.max_);
}

Latencies::Time Latencies::mean() const {
  return Time(count_ == 0 ? 0 : static_cast<Time::rep>(total_ / count_));
}

Latencies::Time Latencies::Percentile(double part) const {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(part * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= std::max<std::uint64_t>(wanted, 1)) {
      return std::min(max_, Time(static_cast<Time::rep>(UpperEnd(i))));
    }
  }
  return Time(0);
}

}  // namespace presences::cli
