#include "server/base/log_record.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/base/log_output.h"
#include "server/base/redact.h"
#include "server/base/utf8.h"

namespace presences {
namespace {

constexpr std::size_t kMaxKey = 256;
constexpr std::size_t kMaxValue = 2048;  // bytes of the line
constexpr std::size_t kEndOfLine = 64;   // kept for what ends a line
constexpr absl::string_view kCut = "...";

std::string Timestamp() {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::Now(), absl::UTCTimeZone());
}

// C0, DEL and C1: what makes a terminal do things.
bool IsControl(absl::string_view sequence) {
  const auto first = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1) return first < 0x20 || first == 0x7f;
  return sequence.size() == 2 && first == 0xc2 && static_cast<unsigned char>(sequence[1]) < 0xa0;
}

void AppendEscaped(std::string& out, absl::string_view sequence) {
  switch (sequence[0]) {
    case '"':
    case '\\':
      absl::StrAppend(&out, "\\", sequence);
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  if (!IsControl(sequence)) {
    absl::StrAppend(&out, sequence);
  } else {
    absl::StrAppendFormat(&out, "\\u%04x", static_cast<unsigned char>(sequence.back()));
  }
}

// Appends `text` without quotes, in at most `room` bytes.
void AppendText(std::string& out, absl::string_view text, std::size_t room) {
  const std::size_t end = out.size() + room;
  while (!text.empty()) {
    if (out.size() + 12 > end) {  // an escape, then kCut
      absl::StrAppend(&out, kCut);
      return;
    }
    const std::size_t size = Utf8SequenceSize(text);
    if (size == 0) {
      out += "\xef\xbf\xbd";  // U+FFFD
      text.remove_prefix(1);
    } else {
      AppendEscaped(out, text.substr(0, size));
      text.remove_prefix(size);
    }
  }
}

// True when a person can tell where `text` ends without quotes around it.
bool IsPlain(absl::string_view text) {
  for (const char c : text) {
    if (c <= ' ' || c == '"' || c == '\\' || c == '=' || c == 0x7f) return false;
  }
  return !text.empty();
}

std::size_t RoomIn(const std::string& line, std::size_t wanted) {
  const std::size_t most = kMaxLogLine - kEndOfLine;
  return line.size() >= most ? 0 : std::min(wanted, most - line.size());
}

}  // namespace

LogRecord::LogRecord(LogLevel level, absl::string_view message)
    : level_(level), json_(CurrentLogFormat() == LogFormat::kJson) {
  line_.reserve(512);
  if (json_) {
    absl::StrAppend(&line_, "{\"time\":\"", Timestamp(), "\",\"level\":\"", LogLevelName(level),
                    "\",\"message\":\"");
    AppendText(line_, Redact(message), kMaxValue);
    line_ += '"';
  } else {
    line_ = absl::StrFormat("%s %-7s ", Timestamp(), LogLevelName(level));
    AppendText(line_, Redact(message), kMaxValue);
  }
}

void LogRecord::AppendKey(absl::string_view key) {
  line_ += json_ ? ",\"" : "  ";
  AppendText(line_, key, kMaxKey);
  line_ += json_ ? "\":" : "=";
}

LogRecord& LogRecord::Add(absl::string_view key, absl::string_view value) {
  if (RoomIn(line_, kMaxKey + kEndOfLine) < kMaxKey + kEndOfLine) return *this;  // it is full
  AppendKey(key);
  const std::string shown = Redact(value);
  const bool quotes = json_ || !IsPlain(shown);
  if (quotes) line_ += '"';
  AppendText(line_, shown, RoomIn(line_, kMaxValue));
  if (quotes) line_ += '"';
  return *this;
}

LogRecord& LogRecord::AddNumber(absl::string_view key, double value) {
  if (RoomIn(line_, kMaxKey + kEndOfLine) < kMaxKey + kEndOfLine) return *this;
  AppendKey(key);
  absl::StrAppend(&line_, std::isfinite(value) ? value : 0);
  return *this;
}

std::string LogRecord::Text() const { return absl::StrCat(line_, json_ ? "}\n" : "\n"); }

void LogRecord::Write() {
  if (!IsLogged(level_)) return;
  CountLogLine(level_);
  WriteTo(LogOutput::Stderr());
}

void LogRecord::WriteTo(LogOutput& output) {
  const std::uint64_t lost = output.TakeLost();
  if (lost > 0) AddNumber("lost_lines", static_cast<double>(lost));
  if (!output.Write(Text())) output.GiveBackLost(lost);
}

}  // namespace presences
