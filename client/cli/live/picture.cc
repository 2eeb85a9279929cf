#include "client/cli/live/picture.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/cli/text_width.h"

namespace presences::cli {
namespace {

constexpr char kHome[] = "\x1b[H";
constexpr char kClearLine[] = "\x1b[K";
constexpr char kClearBelow[] = "\x1b[J";
constexpr char kPlainAgain[] = "\x1b[m";

// Bold, underlined and dim are no colours: they stay when colours are unwanted.
absl::string_view CodeOf(Style style, bool colours) {
  switch (style) {
    case Style::kPlain:
      return "";
    case Style::kHeading:
      return "\x1b[1m";
    case Style::kNew:
      return colours ? "\x1b[1;32m" : "\x1b[1m";
    case Style::kChanged:
      return colours ? "\x1b[33m" : "\x1b[1m";
    case Style::kGone:
      return colours ? "\x1b[31m" : "\x1b[2m";
    case Style::kSoon:
      return colours ? "\x1b[35m" : "";
    case Style::kTrouble:
      return colours ? "\x1b[1;31m" : "\x1b[7m";
    case Style::kQuiet:
      return "\x1b[2m";
  }
  return "";
}

std::string EncodeLine(const Line& line, std::size_t width, bool colours) {
  // Cleared first: at the right edge it would take the last letter away.
  std::string out = kClearLine;
  for (const Span& span : line) {
    const bool fits = Width(span.text) <= width;
    // Blanks that are cut off are no loss to tell of.
    const std::string text =
        fits ? span.text : Fitted(absl::StripTrailingAsciiWhitespace(span.text), width);
    width -= Width(text);
    const absl::string_view code = CodeOf(span.style, colours);
    absl::StrAppend(&out, code, text, code.empty() ? "" : kPlainAgain);
    if (width == 0) break;
  }
  return out;
}

}  // namespace

std::string TextOf(const Line& line) {
  std::string text;
  for (const Span& span : line) text += span.text;
  return text;
}

std::string Encode(const std::vector<Line>& picture, ScreenSize size, bool colours) {
  const std::size_t lines = std::min(picture.size(), size.height);
  std::string out = kHome;
  for (std::size_t i = 0; i < lines; ++i) {
    absl::StrAppend(&out, i == 0 ? "" : "\r\n", EncodeLine(picture[i], size.width, colours));
  }
  if (lines < size.height) absl::StrAppend(&out, "\r\n", kClearBelow);
  return out;
}

}  // namespace presences::cli
