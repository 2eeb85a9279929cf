// PRESENCES_CHECK: aborts with a message when the programmer was wrong.
//
// For broken invariants only. What a caller or the world can cause is a Status.
#pragma once

#include <cstdio>
#include <cstdlib>

#define PRESENCES_CHECK(condition)                                                       \
  do {                                                                                   \
    if (!(condition)) [[unlikely]] {                                                     \
      std::fprintf(stderr, "%s:%d: check failed: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                      \
    }                                                                                    \
  } while (false)
