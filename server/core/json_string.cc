#include "server/core/json_string.h"

#include <cstdint>
#include <cstring>
#include <optional>

#include "absl/strings/ascii.h"
#include "server/core/json.h"

namespace presences {
namespace {

constexpr std::size_t kEscapeSize = 6;  // \uXXXX

// The code unit of the \uXXXX that begins `text`.
std::optional<std::uint32_t> UnicodeEscape(absl::string_view text) {
  if (text.size() < kEscapeSize || text[0] != '\\' || text[1] != 'u') return std::nullopt;
  std::uint32_t unit = 0;
  for (const char c : text.substr(2, 4)) {
    if (!absl::ascii_isxdigit(static_cast<unsigned char>(c))) return std::nullopt;
    const int digit = absl::ascii_isdigit(static_cast<unsigned char>(c))
                          ? c - '0'
                          : absl::ascii_tolower(static_cast<unsigned char>(c)) - 'a' + 10;
    unit = unit << 4 | static_cast<std::uint32_t>(digit);
  }
  return unit;
}

void AppendUtf8(std::string& out, std::uint32_t point) {
  const auto tail = [&](int shift) {
    out.push_back(static_cast<char>(0x80 | (point >> shift & 0x3f)));
  };
  if (point < 0x80) {
    out.push_back(static_cast<char>(point));
  } else if (point < 0x800) {
    out.push_back(static_cast<char>(0xc0 | point >> 6));
    tail(0);
  } else if (point < 0x10000) {
    out.push_back(static_cast<char>(0xe0 | point >> 12));
    tail(6);
    tail(0);
  } else {
    out.push_back(static_cast<char>(0xf0 | point >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

bool IsHigh(std::uint32_t unit) { return unit >= 0xd800 && unit <= 0xdbff; }
bool IsLow(std::uint32_t unit) { return unit >= 0xdc00 && unit <= 0xdfff; }

// Takes one \uXXXX, or the pair of them that makes one code point.
const char* TakeUnicode(absl::string_view& rest, std::uint32_t& point) {
  const std::optional<std::uint32_t> first = UnicodeEscape(rest);
  if (!first) return "\\u takes four hexadecimal digits; write the character itself";
  rest.remove_prefix(kEscapeSize);
  point = *first;
  if (!IsHigh(*first) && !IsLow(*first)) return nullptr;
  const std::optional<std::uint32_t> second = UnicodeEscape(rest);
  if (IsLow(*first) || !second || !IsLow(*second)) {
    return "a surrogate must be one of a pair; write the character itself";
  }
  rest.remove_prefix(kEscapeSize);
  point = 0x10000 + ((*first - 0xd800) << 10) + (*second - 0xdc00);
  return nullptr;
}

// The character that a two-character escape stands for; 0: none.
char SimpleEscape(char letter) {
  switch (letter) {
    case '"':
      return '"';
    case '\\':
      return '\\';
    case '/':
      return '/';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return 0;
  }
}

// Takes the escape that begins `rest`.
const char* TakeEscape(absl::string_view& rest, std::string* decoded) {
  if (rest.size() < 2) return "a backslash must begin an escape; write \\\\ for a backslash";
  std::uint32_t point = 0;
  if (rest[1] == 'u') {
    if (const char* wrong = TakeUnicode(rest, point)) return wrong;
  } else {
    point = static_cast<unsigned char>(SimpleEscape(rest[1]));
    if (point == 0) return "a backslash must begin an escape; write \\\\ for a backslash";
    rest.remove_prefix(2);
  }
  if (decoded != nullptr) AppendUtf8(*decoded, point);
  return nullptr;
}

// How many bytes at the front of `text` stand for themselves: most of most texts.
std::size_t PlainSize(absl::string_view text) {
  std::size_t size = 0;
  while (size < text.size()) {
    const auto byte = static_cast<unsigned char>(text[size]);
    if (byte < 0x20 || byte >= 0x80 || byte == '\\') break;
    ++size;
  }
  return size;
}

}  // namespace

bool IsUtf8(absl::string_view text, std::size_t* code_points) {
  std::size_t count = 0;
  for (; !text.empty(); ++count) {
    const std::size_t size = Utf8SequenceSize(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  if (code_points != nullptr) *code_points = count;
  return true;
}

std::size_t JsonStringSize(absl::string_view text) {
  for (std::size_t from = 1; from < text.size();) {
    const void* const quote = std::memchr(&text[from], '"', text.size() - from);
    if (quote == nullptr) return 0;
    const auto at = static_cast<std::size_t>(static_cast<const char*>(quote) - text.data());
    // Escaped when the backslashes in front of it are odd in number.
    std::size_t escapes = 0;
    while (text[at - 1 - escapes] == '\\') ++escapes;  // text[0] is none
    if (escapes % 2 == 0) return at + 1;
    from = at + 1;
  }
  return 0;
}

const char* DecodeJsonString(absl::string_view quoted, std::string* decoded) {
  for (absl::string_view rest = quoted; !rest.empty();) {
    if (rest[0] == '\\') {
      if (const char* wrong = TakeEscape(rest, decoded)) return wrong;
      continue;
    }
    if (static_cast<unsigned char>(rest[0]) < 0x20) {
      return "a control character must be escaped; write \\n for a line break";
    }
    const std::size_t plain = PlainSize(rest);
    const std::size_t size = plain != 0 ? plain : Utf8SequenceSize(rest);
    if (size == 0) return "bytes that are no UTF-8; encode the text as UTF-8";
    if (decoded != nullptr) decoded->append(rest.data(), size);
    rest.remove_prefix(size);
  }
  return nullptr;
}

}  // namespace presences
