// Database: RocksDB, opened the one way we want it, and reopened when it gave up.
//
// After an I/O error RocksDB refuses every write until Resume; after some it refuses even that,
// and only opening it again helps.
//
// Threads: one at a time; Sync may run beside everything else.
#pragma once

#include <rocksdb/db.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/base/mutex.h"

namespace presences::store {

class Database {
 public:
  // Creates the last component of `path` when absent. GENERAL_STORAGE_UNAVAILABLE says what to do.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const std::string& path);
  ~Database();

  rocksdb::Status Write(rocksdb::WriteBatch* batch, bool sync);
  rocksdb::Status Get(const std::string& key, std::string* value);
  std::unique_ptr<rocksdb::Iterator> Iterate(const rocksdb::ReadOptions& options);
  // Makes everything written so far survive a power cut.
  rocksdb::Status Sync();
  // After a failed write or sync: makes writing possible again, or says why it is not.
  rocksdb::Status Recover();
  rocksdb::Status Close();

  const std::string& path() const { return path_; }

 private:
  explicit Database(std::string path) : path_(std::move(path)) {}
  rocksdb::Status OpenNow();

  const std::string path_;
  // Replaced under the mutex. Sync holds it while the device works, so reopening waits for that.
  Mutex replacing_;
  std::unique_ptr<rocksdb::DB> db_;  // null: reopening failed
};

}  // namespace presences::store
