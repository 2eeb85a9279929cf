// Nearest: what somebody probably meant by a word that is none of the known ones.
//
// Threads: any (pure functions).
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace presences::cli {

// Letters to insert, delete, replace or swap with their neighbour to turn `a` into `b`. Leading
// dashes do not count, and - and _ are the same.
std::size_t Distance(absl::string_view a, absl::string_view b);

// The word that is nearest to `word`; empty: none is near.
std::string Nearest(absl::string_view word, const std::vector<std::string>& words);

}  // namespace presences::cli
