#include "server/store/rocksdb/info_logger.h"

#include <cstdio>

#include "server/base/log.h"

namespace presences::store {

void InfoLogger::Logv(rocksdb::InfoLogLevel level, const char* format, va_list arguments) {
  if (level >= rocksdb::InfoLogLevel::ERROR_LEVEL && level < rocksdb::InfoLogLevel::HEADER_LEVEL) {
    Logv(format, arguments);
  }
}

void InfoLogger::Logv(const char* format, va_list arguments) {
  char text[512];
  std::vsnprintf(text, sizeof text, format, arguments);
  LogWarning("rocksdb", {{"detail", text}});
}

}  // namespace presences::store
