// Database: RocksDB, opened the one way we want it, and opened again when it failed.
//
// RocksDB's own Resume is not used: after a failed WAL write it can leave the damaged log in
// place, and builds of RocksDB with assertions, as Debian's, abort when it is written to again.
//
// Threads: one at a time.
#pragma once

#include <rocksdb/db.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace presences::store {

class Database {
 public:
  // Creates the last component of `path` when absent. GENERAL_STORAGE_UNAVAILABLE says what to do.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const std::string& path);
  ~Database();

  rocksdb::Status Write(rocksdb::WriteBatch* batch, bool sync);
  rocksdb::Status Get(const std::string& key, std::string* value);
  std::unique_ptr<rocksdb::Iterator> Iterate(const rocksdb::ReadOptions& options);
  // After a failed write or sync: closes and opens again. What a failed write wrote may be there
  // afterwards.
  rocksdb::Status Reopen();
  rocksdb::Status Close();

  const std::string& path() const { return path_; }

 private:
  explicit Database(std::string path) : path_(std::move(path)) {}
  rocksdb::Status OpenNow();

  const std::string path_;
  std::unique_ptr<rocksdb::DB> db_;  // null: reopening failed
};

}  // namespace presences::store
