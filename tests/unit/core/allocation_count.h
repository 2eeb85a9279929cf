// AllocationCount: how often the calling thread has allocated, in programs that link this.
//
// Threads: any; each thread has its own count.
#pragma once

#include <cstddef>

namespace presences::testing {

std::size_t AllocationCount();

}  // namespace presences::testing
