#include "server/base/log.h"

#include <atomic>
#include <iterator>

#include "absl/strings/str_format.h"
#include "server/base/log_record.h"

namespace presences {
namespace {

constexpr const char* kNames[] = {"debug", "info", "warning", "error"};

std::atomic<LogFormat> g_format{LogFormat::kJson};
std::atomic<LogLevel> g_level{LogLevel::kInfo};
std::atomic<std::uint64_t> g_lines[std::size(kNames)];

}  // namespace

const char* LogLevelName(LogLevel level) { return kNames[static_cast<int>(level)]; }

std::optional<LogLevel> ParseLogLevel(absl::string_view name) {
  for (const LogLevel level : kLogLevels) {
    if (name == LogLevelName(level)) return level;
  }
  return std::nullopt;
}

void SetLogFormat(LogFormat format) { g_format = format; }
void SetLogLevel(LogLevel level) { g_level = level; }
LogFormat CurrentLogFormat() { return g_format.load(std::memory_order_relaxed); }
LogLevel CurrentLogLevel() { return g_level.load(std::memory_order_relaxed); }

std::uint64_t LogLineCount(LogLevel level) {
  return g_lines[static_cast<int>(level)].load(std::memory_order_relaxed);
}

void CountLogLine(LogLevel level) {
  g_lines[static_cast<int>(level)].fetch_add(1, std::memory_order_relaxed);
}

void LogLine(LogLevel level, absl::string_view message, LogFields fields) {
  if (!IsLogged(level)) return;
  LogRecord record(level, message);
  for (const auto& [key, value] : fields) record.Add(key, value);
  record.Write();
}

void AppendJsonString(std::string& out, absl::string_view text) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          absl::StrAppendFormat(&out, "\\u%04x", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

}  // namespace presences
