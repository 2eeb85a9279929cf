#include "server/base/trace_context.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/base/hex.h"
#include "server/base/random_bits.h"

namespace presences {
namespace {

constexpr std::size_t kParentSize = 55;  // 00-<32>-<16>-<2>
constexpr std::size_t kMaxState = 512;
constexpr std::size_t kMaxMembers = 32;
constexpr std::size_t kMaxKey = 256;
constexpr std::size_t kMaxTenant = 241;
constexpr std::size_t kMaxSystem = 14;
constexpr std::size_t kMaxValue = 256;

bool IsLower(char c) { return absl::ascii_islower(static_cast<unsigned char>(c)); }
bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }
bool IsKeyChar(char c) {
  return IsLower(c) || IsDigit(c) || c == '_' || c == '-' || c == '*' || c == '/';
}

bool IsName(absl::string_view text, bool digit_first, std::size_t most) {
  return !text.empty() && text.size() <= most &&
         (IsLower(text[0]) || (digit_first && IsDigit(text[0]))) &&
         std::all_of(text.begin(), text.end(), IsKeyChar);
}

bool IsKey(absl::string_view key) {
  const std::size_t at = key.find('@');
  if (at == absl::string_view::npos) return IsName(key, false, kMaxKey);
  return IsName(key.substr(0, at), true, kMaxTenant) &&
         IsName(key.substr(at + 1), false, kMaxSystem);
}

bool IsValue(absl::string_view value) {
  return !value.empty() && value.size() <= kMaxValue && value.back() != ' ' &&
         std::all_of(value.begin(), value.end(),
                     [](char c) { return c >= ' ' && c <= '~' && c != ',' && c != '='; });
}

absl::string_view WithoutBlanks(absl::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::uint64_t NewSpan() {
  const std::uint64_t bits = RandomBits();
  return bits == 0 ? 1 : bits;
}

}  // namespace

std::optional<TraceSpan> ParseTraceParent(absl::string_view text) {
  if (text.size() < kParentSize || text[2] != '-' || text[35] != '-' || text[52] != '-') {
    return std::nullopt;
  }
  const auto version = ParseHex(text.substr(0, 2));
  if (!version || *version == 0xff) return std::nullopt;
  // A later version may say more behind another dash.
  if (text.size() > kParentSize && (*version == 0 || text[kParentSize] != '-')) {
    return std::nullopt;
  }
  const auto high = ParseHex(text.substr(3, 16));
  const auto low = ParseHex(text.substr(19, 16));
  const auto span = ParseHex(text.substr(36, 16));
  const auto flags = ParseHex(text.substr(53, 2));
  if (!high || !low || !span || !flags) return std::nullopt;
  if ((*high == 0 && *low == 0) || *span == 0) return std::nullopt;
  return TraceSpan{*high, *low, *span, (*flags & 1) != 0};
}

std::string TraceIdOf(const TraceSpan& span) {
  std::string text(2 * kHexSize, '0');
  WriteHex(span.trace_high, text.data());
  WriteHex(span.trace_low, text.data() + kHexSize);
  return text;
}

std::string SpanIdOf(std::uint64_t span) {
  std::string text(kHexSize, '0');
  WriteHex(span, text.data());
  return text;
}

std::string FormatTraceParent(const TraceSpan& span) {
  return absl::StrCat("00-", TraceIdOf(span), "-", SpanIdOf(span.span),
                      span.sampled ? "-01" : "-00");
}

bool IsTraceState(absl::string_view text) {
  if (text.empty() || text.size() > kMaxState) return false;
  std::vector<absl::string_view> keys;
  for (absl::string_view member : absl::StrSplit(text, ',')) {
    member = WithoutBlanks(member);
    if (member.empty()) continue;
    const std::size_t equals = member.find('=');
    if (equals == absl::string_view::npos) return false;
    const absl::string_view key = member.substr(0, equals);
    if (!IsKey(key) || !IsValue(member.substr(equals + 1))) return false;
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) return false;
    keys.push_back(key);
  }
  return !keys.empty() && keys.size() <= kMaxMembers;
}

TraceContext ContinueTrace(const TraceSpan& parent, absl::string_view state) {
  TraceContext trace;
  trace.self = parent;
  trace.self.span = NewSpan();
  trace.parent = parent.span;
  if (IsTraceState(state)) trace.state = std::string(state);
  return trace;
}

TraceContext StartTrace() {
  TraceContext trace;
  trace.self = {RandomBits(), NewSpan(), NewSpan(), true};
  return trace;
}

}  // namespace presences
