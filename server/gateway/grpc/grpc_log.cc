#include "server/gateway/grpc/grpc_log.h"

#include <grpc/support/log.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/base/log.h"

namespace presences::gateway {
namespace {

// gRPC calls an error what a client did wrong: to the operator of a server it is a warning.
LogLevel LevelOf(gpr_log_severity severity) {
  switch (severity) {
    case GPR_LOG_SEVERITY_DEBUG:
      return LogLevel::kDebug;
    case GPR_LOG_SEVERITY_INFO:
      return LogLevel::kInfo;
    case GPR_LOG_SEVERITY_ERROR:
      return LogLevel::kWarning;
  }
  return LogLevel::kWarning;
}

void WriteLine(gpr_log_func_args* line) {
  const absl::string_view text = line->message;
  const std::string at = absl::StrCat(line->file, ":", line->line);
  LogLine(LevelOf(line->severity), "grpc",
          {{"text", text}, {"at", at}});
}

}  // namespace

void RedirectGrpcLog() { gpr_set_log_function(WriteLine); }

}  // namespace presences::gateway
