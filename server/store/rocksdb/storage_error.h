// Storage errors: what RocksDB and the operating system say, as what to do about it.
//
// Threads: any (pure functions).
#pragma once

#include <rocksdb/status.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace presences::store {

// GENERAL_STORAGE_UNAVAILABLE for the operator who starts the server: names the path and the
// detail.
absl::Status OpenError(absl::string_view path, const rocksdb::Status& status);
absl::Status OpenError(absl::string_view path, absl::string_view problem_and_fix);

// GENERAL_STORAGE_UNAVAILABLE for a caller whose write was refused: no paths.
absl::Status AppendError(const rocksdb::Status& status);

}  // namespace presences::store
