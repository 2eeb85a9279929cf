#include "proto/runtime/json_writer.h"

#include <charconv>
#include <cmath>

namespace presences::transcode {
namespace {

// What must follow a backslash for this byte; 0: nothing, 'u': four hex digits.
constexpr char EscapeOf(unsigned char c) {
  switch (c) {
    case '"':
    case '\\':
      return static_cast<char>(c);
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return c < 0x20 ? 'u' : '\0';
  }
}

template <typename Number>
void AppendNumber(Number value, std::string& out) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
  out.append(buffer, end);
}

}  // namespace

void JsonWriter::Open(char bracket) {
  Separate();
  out_.push_back(bracket);
  needs_comma_ = false;
}

void JsonWriter::Close(char bracket) {
  out_.push_back(bracket);
  needs_comma_ = true;
}

void JsonWriter::Separate() {
  if (needs_comma_) out_.push_back(',');
  needs_comma_ = true;
}

void JsonWriter::Key(absl::string_view name) {
  Separate();
  out_.push_back('"');
  out_.append(name.data(), name.size());
  out_.append("\":", 2);
  needs_comma_ = false;
}

void JsonWriter::EscapedKey(absl::string_view name) {
  String(name);
  out_.push_back(':');
  needs_comma_ = false;
}

void JsonWriter::String(absl::string_view value) {
  Separate();
  out_.push_back('"');
  AppendEscaped(value);
  out_.push_back('"');
}

void JsonWriter::AppendEscaped(absl::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::size_t copied = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const char escape = EscapeOf(c);
    if (escape == '\0') continue;
    out_.append(text.data() + copied, i - copied);
    copied = i + 1;
    out_.push_back('\\');
    out_.push_back(escape);
    if (escape == 'u') {
      const char digits[] = {'0', '0', kHex[c >> 4], kHex[c & 15]};
      out_.append(digits, sizeof(digits));
    }
  }
  out_.append(text.data() + copied, text.size() - copied);
}

void JsonWriter::Int(std::int64_t value) {
  Separate();
  AppendNumber(value, out_);
}

void JsonWriter::Uint(std::uint64_t value) {
  Separate();
  AppendNumber(value, out_);
}

void JsonWriter::Double(double value) {
  if (std::isnan(value)) return String("NaN");
  if (std::isinf(value)) return String(value > 0 ? "Infinity" : "-Infinity");
  Separate();
  AppendNumber(value, out_);
}

void JsonWriter::Bool(bool value) { Raw(value ? "true" : "false"); }

void JsonWriter::Timestamp(Moment value) {
  char text[kTimestampSize];
  FormatTimestamp(value, text);
  Separate();
  out_.push_back('"');
  out_.append(text, kTimestampSize);
  out_.push_back('"');
}

void JsonWriter::Raw(absl::string_view json) {
  Separate();
  out_.append(json.data(), json.size());
}

void JsonWriter::Status(const google::rpc::Status& status) {
  if (status_format_ == nullptr) return Null();
  status_format_(status, *this);
}

}  // namespace presences::transcode
