// Log: structured lines on stderr, one JSON object or one line of text each.
//
//   LogInfo("project loaded", {{"project", id}, {"records", absl::StrCat(n)}});
//
// Secrets never go into a field; callers log ids. log_record.h says what a line may hold, and
// log_output.h that writing one makes nobody wait.
//
// Threads: any. A line is written with one write(2), so lines never mix.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace presences {

enum class LogLevel { kDebug, kInfo, kWarning, kError };
inline constexpr LogLevel kLogLevels[] = {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarning,
                                          LogLevel::kError};
enum class LogFormat { kJson, kText };

using LogFields = std::initializer_list<std::pair<absl::string_view, absl::string_view>>;

// debug, info, warning, error.
const char* LogLevelName(LogLevel level);
std::optional<LogLevel> ParseLogLevel(absl::string_view name);

// May change at run time.
void SetLogFormat(LogFormat format);
void SetLogLevel(LogLevel level);
LogFormat CurrentLogFormat();
LogLevel CurrentLogLevel();
inline bool IsLogged(LogLevel level) { return level >= CurrentLogLevel(); }

// Lines of this level since the start of the process.
std::uint64_t LogLineCount(LogLevel level);
void CountLogLine(LogLevel level);

void LogLine(LogLevel level, absl::string_view message, LogFields fields = {});
inline void LogDebug(absl::string_view m, LogFields f = {}) { LogLine(LogLevel::kDebug, m, f); }
inline void LogInfo(absl::string_view m, LogFields f = {}) { LogLine(LogLevel::kInfo, m, f); }
inline void LogWarning(absl::string_view m, LogFields f = {}) { LogLine(LogLevel::kWarning, m, f); }
inline void LogError(absl::string_view m, LogFields f = {}) { LogLine(LogLevel::kError, m, f); }

// Appends `text` to `out` as a JSON string with its quotes. Control characters are escaped;
// bytes that are no UTF-8 are copied, so callers pass valid text.
void AppendJsonString(std::string& out, absl::string_view text);

}  // namespace presences
