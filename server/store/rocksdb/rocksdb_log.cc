#include "server/store/rocksdb/rocksdb_log.h"

#include <rocksdb/iostats_context.h>
#include <rocksdb/perf_level.h>
#include <rocksdb/write_batch.h>

#include <chrono>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "server/base/check.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/store/rocksdb/database.h"
#include "server/store/rocksdb/key_layout.h"
#include "server/store/rocksdb/startup.h"
#include "server/store/rocksdb/storage_error.h"
#include "server/store/rocksdb/wal_syncer.h"

namespace presences::store {
namespace {

const MetricFamily kSync{
    MetricType::kHistogram, "presences_log_sync_seconds", "",
    "Time that the disk took to sync the log, in seconds; part of the append with `durability: "
    "sync`.",
    kStepSeconds};

// What this thread has spent in fsync, in seconds, once RocksDB measures it.
double SyncedSeconds() {
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kEnableTimeExceptForMutex);
  return static_cast<double>(rocksdb::get_iostats_context()->fsync_nanos) * 1e-9;
}

absl::string_view ViewOf(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

// Opening replays the WAL, so a disk that stays full must not make every write try it.
constexpr std::chrono::milliseconds kReopenPause{250};

class RocksdbLog final : public Log {
 public:
  RocksdbLog(std::unique_ptr<Database> database, const RocksdbOptions& options,
             const std::vector<std::string>& project_ids, const std::vector<LogHead>& heads);

  absl::StatusOr<LogHead> Load(std::uint32_t project,
                               const std::function<void(PresencePtr)>& record) override;
  absl::Status Append(absl::Span<const LogEntry> entries) override;
  bool blocks() const override { return true; }
  absl::Status Close() override;

 private:
  struct Project {
    std::string id;
    std::string head_key;
    std::string record_prefix;
    LogHead head;
    bool in_batch = false;
  };

  const std::string& KeyOf(const LogEntry& entry);
  void FillBatch(absl::Span<const LogEntry> entries);
  rocksdb::Status WriteBatch();
  rocksdb::Status Recover();
  absl::Status Refuse(const rocksdb::Status& error);
  void RememberVersionsBefore(absl::Span<const LogEntry> entries);

  const std::unique_ptr<Database> database_;
  const Durability durability_;
  Histogram& syncs_;
  std::vector<Project> projects_;
  rocksdb::WriteBatch batch_;
  std::string key_;
  bool failed_ = false;  // the last write or sync: RocksDB must be opened again
  rocksdb::Status last_error_;
  MonotonicTime next_reopen_;
  bool closed_ = false;
  // The versions that failed appends would have replaced. Their WAL records may come back in a
  // recovery, so the next batch writes the versions from before again.
  absl::flat_hash_map<std::string, std::optional<std::string>> before_failure_;
  std::optional<WalSyncer> syncer_;  // kAsync
};

RocksdbLog::RocksdbLog(std::unique_ptr<Database> database, const RocksdbOptions& options,
                       const std::vector<std::string>& project_ids,
                       const std::vector<LogHead>& heads)
    : database_(std::move(database)),
      durability_(options.durability),
      syncs_(options.metrics->GetHistogram(kSync)) {
  for (std::size_t i = 0; i < project_ids.size(); ++i) {
    const std::string& id = project_ids[i];
    projects_.push_back({id, HeadKey(id), RecordPrefix(id), heads[i], false});
  }
  if (durability_ == Durability::kAsync) {
    syncer_.emplace(database_->path(), syncs_, options.heartbeats->Add("wal_sync"));
  }
}

absl::StatusOr<LogHead> RocksdbLog::Load(std::uint32_t project,
                                         const std::function<void(PresencePtr)>& record) {
  const Project& source = projects_[project];
  const std::string limit = RecordLimit(source.id);
  const rocksdb::Slice upper_bound(limit);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &upper_bound;
  options.fill_cache = false;
  options.readahead_size = 2 << 20;
  const auto row = database_->Iterate(options);
  for (row->Seek(source.record_prefix); row->Valid(); row->Next()) {
    PresencePtr decoded = Presence::Decode(ViewOf(row->value()));
    if (!decoded) {
      const absl::string_view id = ViewOf(row->key()).substr(source.record_prefix.size());
      return OpenError(database_->path(), rocksdb::Status::Corruption(absl::StrCat(
                                              "unreadable record ", id, " of ", source.id)));
    }
    record(std::move(decoded));
  }
  if (!row->status().ok()) return OpenError(database_->path(), row->status());
  return source.head;
}

const std::string& RocksdbLog::KeyOf(const LogEntry& entry) {
  key_ = projects_[entry.project].record_prefix;
  key_ += entry.presence_id;
  return key_;
}

void RocksdbLog::FillBatch(absl::Span<const LogEntry> entries) {
  batch_.Clear();
  for (const auto& [key, value] : before_failure_) {
    if (value) {
      batch_.Put(key, *value);
    } else {
      batch_.Delete(key);
    }
  }
  for (const LogEntry& entry : entries) {
    if (entry.record) {
      batch_.Put(KeyOf(entry), entry.record->Encode());
    } else {
      batch_.Delete(KeyOf(entry));
    }
    Project& project = projects_[entry.project];
    PRESENCES_CHECK(entry.revision > project.head.revision);
    project.head.revision = entry.revision;
    project.in_batch = true;
  }
  for (Project& project : projects_) {
    if (project.in_batch) batch_.Put(project.head_key, EncodeHead(project.head));
    project.in_batch = false;
  }
  if (entries.empty()) batch_.Put(kProbeKey, "");
}

rocksdb::Status RocksdbLog::WriteBatch() {
  if (durability_ == Durability::kAsync) return database_->Write(&batch_, /*sync=*/false);
  const double before = SyncedSeconds();
  rocksdb::Status written = database_->Write(&batch_, /*sync=*/true);
  syncs_.Observe(SyncedSeconds() - before);
  return written;
}

rocksdb::Status RocksdbLog::Recover() {
  if (Clock::System().Monotonic() < next_reopen_) return last_error_;
  const rocksdb::Status reopened = database_->Reopen();
  next_reopen_ = Clock::System().Monotonic() + kReopenPause;
  return reopened;
}

absl::Status RocksdbLog::Refuse(const rocksdb::Status& error) {
  if (!failed_) LogError("embedded storage failed", {{"detail", error.ToString()}});
  failed_ = true;
  last_error_ = error;
  return AppendError(error);
}

absl::Status RocksdbLog::Append(absl::Span<const LogEntry> entries) {
  if (syncer_ && syncer_->TakeFailure()) (void)Refuse(rocksdb::Status::IOError("WAL sync failed"));
  if (failed_) {
    const rocksdb::Status recovered = Recover();
    if (!recovered.ok()) return Refuse(recovered);
  }
  FillBatch(entries);
  const rocksdb::Status written = WriteBatch();
  if (!written.ok()) {
    RememberVersionsBefore(entries);
    return Refuse(written);
  }
  failed_ = false;
  before_failure_.clear();
  if (syncer_) syncer_->NoteWrite();
  return absl::OkStatus();
}

// One iterator for all: each would sort the memtable.
void RocksdbLog::RememberVersionsBefore(absl::Span<const LogEntry> entries) {
  const auto row = database_->Iterate(rocksdb::ReadOptions());
  for (const LogEntry& entry : entries) {
    const std::string& key = KeyOf(entry);
    if (before_failure_.contains(key)) continue;
    row->Seek(key);
    if (row->Valid() && row->key() == rocksdb::Slice(key)) {
      before_failure_.emplace(key, row->value().ToString());
    } else if (row->status().ok()) {
      before_failure_.emplace(key, std::nullopt);
    }
  }
}

absl::Status RocksdbLog::Close() {
  if (std::exchange(closed_, true)) return absl::OkStatus();
  syncer_.reset();
  const rocksdb::Status stopped = StopDatabase(*database_);
  return stopped.ok() ? absl::OkStatus() : AppendError(stopped);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Log>> OpenRocksdbLog(const RocksdbOptions& options,
                                                    const std::vector<std::string>& project_ids) {
  absl::StatusOr<std::unique_ptr<Database>> database = Database::Open(options.path);
  if (!database.ok()) return database.status();
  const absl::StatusOr<std::vector<LogHead>> heads =
      StartDatabase(**database, options.durability, project_ids);
  if (!heads.ok()) return heads.status();
  return std::make_unique<RocksdbLog>(*std::move(database), options, project_ids, *heads);
}

}  // namespace presences::store
