// Reloadable: a value that an operator replaces as a whole now and then, and everybody reads.
//
// Readers take no lock and get a reference that stays good: former values are kept, because there
// are as many as there were reloads.
//
// Threads: any.
#pragma once

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "server/base/mutex.h"

namespace presences {

template <typename T>
class Reloadable {
 public:
  explicit Reloadable(T value) { Replace(std::move(value)); }

  const T& operator*() const { return *current_.load(std::memory_order_acquire); }
  const T* operator->() const { return &**this; }

  void Replace(T value) {
    auto next = std::make_unique<const T>(std::move(value));
    MutexLock lock(mutex_);
    current_.store(next.get(), std::memory_order_release);
    all_.push_back(std::move(next));
  }

 private:
  std::atomic<const T*> current_{nullptr};
  Mutex mutex_;  // leaf lock
  std::vector<std::unique_ptr<const T>> all_ GUARDED_BY(mutex_);
};

}  // namespace presences
