#include "server/store/rocksdb/wal_syncer.h"

#include <chrono>

#include "server/base/clock.h"

namespace presences::store {
namespace {

constexpr std::chrono::milliseconds kInterval{500};

}  // namespace

WalSyncer::WalSyncer(Database& database)
    : database_(database), thread_("wal_sync", [this] { Loop(); }) {}

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
    Clock::System().WaitFor(lock, cv_, kInterval);
    if (!dirty_.exchange(false, std::memory_order_acquire)) continue;
    lock.Unlock();
    if (!database_.Sync().ok()) failed_.store(true);
    lock.Lock();
  }
}

}  // namespace presences::store
