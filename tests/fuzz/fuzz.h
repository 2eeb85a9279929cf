// Fuzzing: what every fuzz target has in common.
//
// A target is one LLVMFuzzerTestOneInput that aborts when a promise is broken. Built by clang with
// PRESENCES_FUZZERS it searches for such inputs; otherwise replay.cc feeds it its corpus, so that
// inputs once found stay tested everywhere.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "server/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace presences::fuzz {

// The input as text; never a null one, which Abseil treats unlike an empty one.
inline absl::string_view Text(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return "";
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace presences::fuzz
