// Startup: checks what the database is, and brings its small keys up to date.
//
// Threads: confined to the caller.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/store/log.h"
#include "server/store/rocksdb/database.h"
#include "server/store/rocksdb/rocksdb_log.h"

namespace presences::store {

// Answers the head of each project; a project without one gets revision 0 and a new epoch. When an
// `async` process did not stop cleanly, the power may have failed with it: every epoch changes.
// GENERAL_STORAGE_UNAVAILABLE: not ours, written by a newer version, damaged.
absl::StatusOr<std::vector<LogHead>> StartDatabase(Database& database, Durability durability,
                                                   const std::vector<std::string>& project_ids);

// The counterpart of StartDatabase on an orderly stop: syncs, and says that it was orderly.
rocksdb::Status StopDatabase(Database& database);

}  // namespace presences::store
