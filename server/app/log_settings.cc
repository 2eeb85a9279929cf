#include "server/app/log_settings.h"

#include <unistd.h>

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/log_record.h"

namespace presences::app {
namespace {

const MetricFamily kLogLines{MetricType::kCounter, "presences_log_lines_total", "level",
                             "Lines logged on stderr, by level."};
constexpr char kPlain[] = "text/plain; charset=utf-8";

}  // namespace

void ApplyLogFormat(std::optional<LogFormat> format) {
  SetLogFormat(format.value_or(::isatty(STDERR_FILENO) != 0 ? LogFormat::kText : LogFormat::kJson));
}

absl::StatusOr<std::shared_ptr<LogOutput>> OpenAudit(const config::LogConfig& config) {
  if (config.audit_file.empty()) return std::shared_ptr<LogOutput>();
  auto audit = LogOutput::Open(config.audit_file);
  if (audit.ok()) return audit;
  return absl::InvalidArgumentError(
      absl::StrCat("server.log.audit_file: ", audit.status().message()));
}

void ApplyLogSettings(const config::LogConfig& config, std::shared_ptr<LogOutput> audit,
                      service::RequestLog& log) {
  ApplyLogFormat(config.format);
  SetLogLevel(config.level);
  log.Apply({config.slow_request, config.trace_sample_ratio, std::move(audit)});
}

LogLineMetrics::LogLineMetrics(Metrics& metrics) {
  for (const LogLevel level : kLogLevels) {
    levels_[static_cast<std::size_t>(level)].counter =
        &metrics.GetCounter(kLogLines, {{"level", LogLevelName(level)}});
  }
}

void LogLineMetrics::Collect() {
  for (const LogLevel level : kLogLevels) {
    Level& known = levels_[static_cast<std::size_t>(level)];
    const std::uint64_t now = LogLineCount(level);
    known.counter->Increment(static_cast<double>(now - known.counted));
    known.counted = now;
  }
}

ops::AdminResponse ShowLogLevel() {
  return {200, kPlain, absl::StrCat(LogLevelName(CurrentLogLevel()), "\n")};
}

ops::AdminResponse ChangeLogLevel(absl::string_view query) {
  const bool named = absl::ConsumePrefix(&query, "level=");
  const std::optional<LogLevel> level = named ? ParseLogLevel(query) : std::nullopt;
  if (!level) {
    return {400, kPlain,
            "level: must be debug, info, warning or error, as /loglevel?level=debug\n"};
  }
  const LogLevel former = CurrentLogLevel();
  SetLogLevel(*level);
  // Whatever the level is.
  LogRecord(LogLevel::kInfo, "log level changed")
      .Add("from", LogLevelName(former))
      .Add("to", LogLevelName(*level))
      .WriteTo(LogOutput::Stderr());
  return ShowLogLevel();
}

}  // namespace presences::app
