#include "server/gateway/grpc/grpc_log.h"

#include <google/protobuf/stubs/logging.h>
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
  LogLine(LevelOf(line->severity), "grpc", {{"text", text}, {"at", at}});
}

// What it calls an error is a message that did not parse: its sender is told.
void WriteProtobufLine(google::protobuf::LogLevel level, const char* file, int line,
                       const std::string& text) {
  const std::string at = absl::StrCat(file, ":", line);
  const bool fatal = level == google::protobuf::LOGLEVEL_FATAL;
  LogLine(fatal ? LogLevel::kError : LogLevel::kDebug, "protobuf", {{"text", text}, {"at", at}});
}

}  // namespace

void RedirectGrpcLog() {
  gpr_set_log_function(WriteLine);
  google::protobuf::SetLogHandler(WriteProtobufLine);
}

}  // namespace presences::gateway
