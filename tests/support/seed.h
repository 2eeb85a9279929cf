// Seed: what a randomised test starts from, printed so that a failure can be replayed.
//
// PRESENCES_SEED in the environment sets it; otherwise it is different in each run.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>

namespace presences::testing {

inline std::uint32_t TestSeed() {
  static const std::uint32_t seed = [] {
    const char* given = std::getenv("PRESENCES_SEED");
    const std::uint32_t value = given != nullptr
                                    ? static_cast<std::uint32_t>(std::strtoul(given, nullptr, 10))
                                    : std::random_device()();
    std::printf("PRESENCES_SEED=%u\n", value);
    std::fflush(stdout);
    return value;
  }();
  return seed;
}

}  // namespace presences::testing
