// InfoLogger: RocksDB's own log lines, of which the errors become lines of ours.
//
// RocksDB would write them to a LOG file beside the data. That file fails with a full disk too,
// and the next line then aborts the process in builds of RocksDB with assertions, as Debian's.
//
// Threads: any.
#pragma once

#include <rocksdb/env.h>

namespace presences::store {

class InfoLogger final : public rocksdb::Logger {
 public:
  InfoLogger() : rocksdb::Logger(rocksdb::InfoLogLevel::ERROR_LEVEL) {}

  using rocksdb::Logger::Logv;
  void Logv(rocksdb::InfoLogLevel level, const char* format, va_list arguments) override;
  void Logv(const char* format, va_list arguments) override;
};

}  // namespace presences::store
