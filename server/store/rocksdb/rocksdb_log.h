// RocksDB log: the `embedded` engine.
//
// One WriteBatch and, with `sync`, one WAL fsync per Append. A record's key holds its newest value;
// the project's revision and epoch are written in the same batch, so they can never disagree.
// With `async` a background thread syncs the WAL at least once a second: a power cut loses at most
// that second and changes the epoch, a killed process loses nothing.
//
// Threads: as Log.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/base/heartbeat.h"
#include "server/base/metrics.h"
#include "server/store/log.h"

namespace presences::store {

enum class Durability { kSync, kAsync };

struct RocksdbOptions {
  std::string path;  // created when absent
  Durability durability = Durability::kSync;
  Metrics* metrics = &Metrics::None();
  Heartbeats* heartbeats = &Heartbeats::None();  // "wal_sync"
};

// Opens or creates the database. GENERAL_STORAGE_UNAVAILABLE, with what to do: locked by another
// process, read-only or missing parent folder, corrupt, written by a newer version. Corruption in
// the middle of the WAL is refused, never skipped; a torn tail (an unacknowledged write) is cut.
absl::StatusOr<std::unique_ptr<Log>> OpenRocksdbLog(const RocksdbOptions& options,
                                                    const std::vector<std::string>& project_ids);

}  // namespace presences::store
