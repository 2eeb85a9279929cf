// WalSyncer: syncs the WAL of an `async` database twice a second, when something was written.
//
// Twice, so that a slow sync still fits into the one second that `async` may lose. It syncs the
// files and does not ask RocksDB to: SyncWAL beside a write that fails aborts the process in
// builds of RocksDB with assertions, as Debian's.
//
// Threads: any; owns one thread.
#pragma once

#include <atomic>
#include <string>

#include "server/base/heartbeat.h"
#include "server/base/metrics.h"
#include "server/base/mutex.h"
#include "server/base/thread.h"

namespace presences::store {

class WalSyncer {
 public:
  // `path`: the folder with the *.log files.
  // `syncs` hears how long each sync took, in seconds.
  WalSyncer(std::string path, Histogram& syncs, Heartbeat& heart);
  ~WalSyncer();

  void NoteWrite() { dirty_.store(true, std::memory_order_release); }
  // True once after a sync that failed. What was written by then may never reach the disk.
  bool TakeFailure() { return failed_.load(std::memory_order_relaxed) && failed_.exchange(false); }

 private:
  void Loop();

  const std::string path_;
  Histogram& syncs_;
  Heartbeat& heart_;
  std::atomic<bool> dirty_{false};
  std::atomic<bool> failed_{false};
  Mutex mutex_;
  CondVar cv_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  Thread thread_;
};

}  // namespace presences::store
