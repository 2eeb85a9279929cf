#include "server/app/run.h"

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/app/log_settings.h"
#include "server/app/server.h"
#include "server/base/log.h"
#include "server/base/reason.h"
#include "server/config/build.h"
#include "server/config/config.h"
#include "server/config/dev_mode.h"
#include "server/config/load.h"
#include "server/ops/metrics_page.h"

namespace presences::app {
namespace {

constexpr int kOk = 0;
constexpr int kBadConfig = 2;
constexpr int kCannotListen = 3;
constexpr int kNoStorage = 4;

int Fail(int code, absl::string_view message) {
  std::fprintf(stderr, "presenced: %s\n", std::string(message).c_str());
  return code;
}

// Of the flag; absent: what the file says.
std::optional<LogFormat> FormatOf(const std::string& flag) {
  if (flag.empty()) return std::nullopt;
  return flag == "text" ? LogFormat::kText : LogFormat::kJson;
}

absl::Status Override(const std::optional<std::string>& given, const char* flag,
                      config::Address& address) {
  if (!given) return absl::OkStatus();
  const auto parsed = config::ParseAddress(*given);
  if (!parsed) {
    return absl::InvalidArgumentError(
        absl::StrCat("--", flag, ": must be host:port or [IPv6]:port, got '", *given, "'"));
  }
  address = *parsed;
  return absl::OkStatus();
}

absl::Status ApplyAddresses(const CommandLine& line, config::Config& config) {
  absl::Status status = Override(line.grpc_address, "grpc_address", config.server.grpc.address);
  status.Update(Override(line.http_address, "http_address", config.server.http.address));
  status.Update(Override(line.metrics_address, "metrics_address", config.server.metrics.address));
  return status;
}

// What the process runs with; `dev` only with --dev.
struct Settings {
  config::Config config;
  std::optional<config::DevSetup> dev;
};

absl::StatusOr<Settings> ReadSettings(const CommandLine& line) {
  if (line.dev != line.config.empty()) {
    return absl::InvalidArgumentError("give either --config=FILE or --dev; see presenced --help");
  }
  Settings settings;
  if (line.dev) {
    auto setup = config::DevConfig(line.data_dir);
    // The folder is the storage too: one that cannot be used is no matter of flags.
    if (!setup.ok()) {
      return MakeError(Reason::kGeneralStorageUnavailable, setup.status().message());
    }
    settings.config = setup->config;
    settings.dev = *std::move(setup);
  } else {
    auto loaded = config::LoadConfig(line.config);
    if (!loaded.ok()) return loaded.status();
    settings.config = *std::move(loaded);
    if (line.data_dir_given) settings.config.storage.embedded.path = line.data_dir;
  }
  absl::Status status = ApplyAddresses(line, settings.config);
  if (status.ok() && line.dev) status = config::CheckDevAddresses(settings.config);
  if (!status.ok()) return status;
  if (const auto format = FormatOf(line.log_format)) settings.config.server.log.format = format;
  return settings;
}

int ExitCodeOf(const absl::Status& status) {
  if (RowOf(status).reason == Reason::kGeneralStorageUnavailable) return kNoStorage;
  return status.code() == absl::StatusCode::kUnavailable ? kCannotListen : kBadConfig;
}

void Reload(const CommandLine& line, Server& server) {
  auto settings = ReadSettings(line);
  if (settings.ok()) {
    server.Reload(settings->config);
  } else {
    server.Reload(settings.status());
  }
}

void ServeUntilStopped(const CommandLine& line, const sigset_t& signals, Server& server) {
  for (;;) {
    int number = 0;
    sigwait(&signals, &number);
    if (number != SIGHUP) {
      LogInfo("signal", {{"signal", number == SIGTERM ? "SIGTERM" : "SIGINT"}});
      return;
    }
    Reload(line, server);
  }
}

}  // namespace

int Run(const CommandLine& line, const sigset_t& signals) {
  ApplyLogFormat(FormatOf(line.log_format));
  if (line.print_metrics) {
    std::fputs(ops::MetricsPage().c_str(), stdout);
    return kOk;
  }
  const auto settings = ReadSettings(line);
  if (!settings.ok()) return Fail(ExitCodeOf(settings.status()), settings.status().message());
  if (line.check_config) {
    std::puts("the configuration is valid");
    return kOk;
  }
  if (line.print_config) {
    std::fputs(config::PrintConfig(settings->config).c_str(), stdout);
    return kOk;
  }
  auto server = Server::Start(settings->config, {line.dev, line.config}, Clock::System());
  if (!server.ok()) return Fail(ExitCodeOf(server.status()), server.status().message());
  if (settings->dev) {
    const std::string banner =
        config::DevBanner(*settings->dev, (*server)->addresses(), Clock::System().Now());
    std::fputs(banner.c_str(), stderr);
  }
  std::puts((*server)->ReadyLine().c_str());
  std::fflush(stdout);
  ServeUntilStopped(line, signals, **server);
  (*server)->Drain();
  return kOk;
}

}  // namespace presences::app
