// RandomBits: numbers that no other process and no earlier call has, for the ids of requests and
// spans. Not for secrets: who knows one can find the next.
//
// Threads: any.
#pragma once

#include <cstdint>

namespace presences {

// 64 bits, each pattern once in 2^64 calls. About 10 ns.
std::uint64_t RandomBits();

}  // namespace presences
