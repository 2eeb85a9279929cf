// LogSettings: `server.log` of the configuration, at work.
//
// Threads: one at a time.
#pragma once

#include <array>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/base/log.h"
#include "server/base/log_output.h"
#include "server/base/metrics.h"
#include "server/config/config.h"
#include "server/ops/admin_server.h"
#include "server/service/request_log.h"

namespace presences::app {

// The format that was asked for; otherwise text on a terminal, JSON elsewhere.
void ApplyLogFormat(std::optional<LogFormat> format);

// What of the settings can fail, done before any of them counts: the audit file, opened; null: none
// is configured. INVALID_ARGUMENT: it cannot be written to.
absl::StatusOr<std::shared_ptr<LogOutput>> OpenAudit(const config::LogConfig& config);

// Level, format, thresholds and the audit file, for lines from now on.
void ApplyLogSettings(const config::LogConfig& config, std::shared_ptr<LogOutput> audit,
                      service::RequestLog& log);

// presences_log_lines_total, brought up to date at a scrape.
class LogLineMetrics {
 public:
  explicit LogLineMetrics(Metrics& metrics);
  void Collect();

 private:
  struct Level {
    Counter* counter = nullptr;
    std::uint64_t counted = 0;
  };
  std::array<Level, std::size(kLogLevels)> levels_;
};

// `/loglevel` of the admin port: the level there is, and the one that `?level=` asks for.
ops::AdminResponse ShowLogLevel();
ops::AdminResponse ChangeLogLevel(absl::string_view query);

}  // namespace presences::app
