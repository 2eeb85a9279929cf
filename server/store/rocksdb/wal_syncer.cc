#include "server/store/rocksdb/wal_syncer.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <utility>

#include "server/base/clock.h"

namespace presences::store {
namespace {

constexpr std::chrono::milliseconds kInterval{500};

bool SyncPath(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  // A log that went away meanwhile: its records are in tables, and those are synced.
  if (file < 0) return errno == ENOENT;
  const bool synced = ::fdatasync(file) == 0;
  ::close(file);
  return synced;
}

bool SyncLogs(const std::string& path) {
  bool synced = true;
  std::error_code error;
  for (std::filesystem::directory_iterator file(path, error), end; !error && file != end;
       file.increment(error)) {
    if (file->path().extension() == ".log") synced = SyncPath(file->path().string()) && synced;
  }
  return SyncPath(path) && synced && !error;  // the folder: a new log's name
}

}  // namespace

WalSyncer::WalSyncer(std::string path, Histogram& syncs, Heartbeat& heart)
    : path_(std::move(path)),
      syncs_(syncs),
      heart_(heart),
      thread_("wal_sync", [this] { Loop(); }) {}

WalSyncer::~WalSyncer() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  cv_.NotifyOne();
}

void WalSyncer::Loop() {
  MutexLock lock(mutex_);
  while (!stopping_) {
    heart_.Beat();
    Clock::System().WaitFor(lock, cv_, kInterval);
    if (!dirty_.exchange(false, std::memory_order_acquire)) continue;
    lock.Unlock();
    const MonotonicTime started = Clock::System().Monotonic();
    {
      const Heartbeat::AtDevice wait(heart_);
      if (!SyncLogs(path_)) failed_.store(true);
    }
    const std::chrono::duration<double> took = Clock::System().Monotonic() - started;
    syncs_.Observe(took.count());
    lock.Lock();
  }
  heart_.Rest();
}

}  // namespace presences::store
