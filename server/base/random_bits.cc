#include "server/base/random_bits.h"

#include <atomic>
#include <random>

namespace presences {
namespace {

std::uint64_t Seed() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

}  // namespace

std::uint64_t RandomBits() {
  // SplitMix64: a counter, and a mixing that maps no two numbers to one.
  static std::atomic<std::uint64_t> counter{Seed()};
  std::uint64_t bits = counter.fetch_add(0x9e3779b97f4a7c15, std::memory_order_relaxed);
  bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9;
  bits = (bits ^ bits >> 27) * 0x94d049bb133111eb;
  return bits ^ bits >> 31;
}

}  // namespace presences
