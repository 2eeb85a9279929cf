// Picture: styled lines, and how they become what a terminal understands.
//
// Threads: any (plain data and pure functions).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace presences::cli {

enum class Style { kPlain, kHeading, kNew, kChanged, kGone, kSoon, kTrouble, kQuiet };

// `text` is printable (text_width.h).
struct Span {
  std::string text;
  Style style = Style::kPlain;
};
using Line = std::vector<Span>;

struct ScreenSize {
  std::size_t width = 80;
  std::size_t height = 24;
};

// The text without styles.
std::string TextOf(const Line& line);

// What replaces the whole screen in one write, without flicker. Lines are cut to the width, and the
// last one leaves the cursor in it, so nothing ever scrolls.
std::string Encode(const std::vector<Line>& picture, ScreenSize size, bool colours);

}  // namespace presences::cli
