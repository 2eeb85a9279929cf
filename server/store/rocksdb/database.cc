#include "server/store/rocksdb/database.h"

#include <errno.h>
#include <fcntl.h>
#include <rocksdb/memtablerep.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/store/rocksdb/info_logger.h"
#include "server/store/rocksdb/storage_error.h"

namespace presences::store {
namespace {

constexpr std::size_t kMegabyte = 1 << 20;
// Room that a memtable makes in advance; it grows beyond.
constexpr std::size_t kMemtableEntries = 65'536;

rocksdb::Options DatabaseOptions() {
  rocksdb::Options options;
  options.create_if_missing = true;
  // Damage is refused, except in the last record of the WAL: a write that was never acknowledged.
  // (kPointInTimeRecovery would silently drop acknowledged writes behind the damage.)
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.paranoid_checks = true;
  // One writer, and no reads but at start and after failures: a memtable that only appends, and is
  // sorted when it is flushed, costs a third less per write than the usual skip list (ADR 0011).
  options.memtable_factory = std::make_shared<rocksdb::VectorRepFactory>(kMemtableEntries);
  options.allow_concurrent_memtable_write = false;
  options.enable_write_thread_adaptive_yield = false;
  options.write_buffer_size = 32 * kMegabyte;
  options.max_write_buffer_number = 3;
  options.max_total_wal_size = 128 * kMegabyte;
  options.compression = rocksdb::kNoCompression;
  options.level_compaction_dynamic_level_bytes = true;
  options.max_background_jobs = 2;
  options.max_bgerror_resume_count = 0;  // Database::Reopen
  options.bytes_per_sync = kMegabyte;
  options.max_open_files = 128;
  options.info_log = std::make_shared<InfoLogger>();
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(8 * kMegabyte);  // reads happen at start only
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

// RocksDB syncs what is in the folder, but a power cut could still take the new folder itself.
void SyncParentOf(const std::string& path) {
  const std::string parent = std::filesystem::absolute(path).parent_path().string();
  const int folder = ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  ::fsync(folder);
  ::close(folder);
}

// What RocksDB would say less clearly.
absl::Status PrepareFolder(const std::string& path) {
  if (path.empty()) return OpenError(path, "is empty; name the folder to keep presences in");
  struct stat info;
  if (::stat(path.c_str(), &info) != 0) {
    if (errno == ENOENT && ::mkdir(path.c_str(), 0750) == 0) {
      SyncParentOf(path);
      return absl::OkStatus();
    }
    if (errno == ENOENT) return OpenError(path, "its parent folder does not exist; create it");
    return OpenError(path, absl::StrCat("cannot be created (", std::strerror(errno),
                                        "); create it for the user that runs presenced"));
  }
  if (!S_ISDIR(info.st_mode)) {
    return OpenError(path, "is not a directory; name a folder, or move the file away");
  }
  if (::access(path.c_str(), R_OK | W_OK | X_OK) != 0) {
    return OpenError(path, absl::StrCat("is not writable (", std::strerror(errno),
                                        "); make it writable for the user that runs presenced"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const std::string& path) {
  const absl::Status prepared = PrepareFolder(path);
  if (!prepared.ok()) return prepared;
  std::unique_ptr<Database> database(new Database(path));
  const rocksdb::Status opened = database->OpenNow();
  if (!opened.ok()) return OpenError(path, opened);
  return database;
}

Database::~Database() { Close(); }

rocksdb::Status Database::OpenNow() {
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(DatabaseOptions(), path_, &db);
  db_.reset(db);
  return status;
}

rocksdb::Status Database::Write(rocksdb::WriteBatch* batch, bool sync) {
  if (!db_) return rocksdb::Status::IOError("not open");
  rocksdb::WriteOptions options;
  options.sync = sync;
  return db_->Write(options, batch);
}

rocksdb::Status Database::Get(const std::string& key, std::string* value) {
  if (!db_) return rocksdb::Status::IOError("not open");
  return db_->Get(rocksdb::ReadOptions(), key, value);
}

std::unique_ptr<rocksdb::Iterator> Database::Iterate(const rocksdb::ReadOptions& options) {
  return std::unique_ptr<rocksdb::Iterator>(db_->NewIterator(options));
}

rocksdb::Status Database::Reopen() {
  Close();
  return OpenNow();
}

rocksdb::Status Database::Close() {
  if (!db_) return rocksdb::Status::OK();
  const rocksdb::Status status = db_->Close();
  db_.reset();
  return status;
}

}  // namespace presences::store
