// WalSyncer: syncs the WAL of an `async` database twice a second, when something was written.
//
// Twice, so that a slow sync still fits into the one second that `async` may lose.
//
// Threads: any; owns one thread.
#pragma once

#include <atomic>

#include "server/base/mutex.h"
#include "server/base/thread.h"
#include "server/store/rocksdb/database.h"

namespace presences::store {

class WalSyncer {
 public:
  explicit WalSyncer(Database& database);
  ~WalSyncer();

  void NoteWrite() { dirty_.store(true, std::memory_order_release); }
  // True once after a sync that failed: the database needs to recover.
  bool TakeFailure() { return failed_.load(std::memory_order_relaxed) && failed_.exchange(false); }

 private:
  void Loop();

  Database& database_;
  std::atomic<bool> dirty_{false};
  std::atomic<bool> failed_{false};
  Mutex mutex_;
  CondVar cv_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  Thread thread_;
};

}  // namespace presences::store
