// Mutex: std::mutex that clang's thread-safety analysis can see.
//
// std::mutex rather than absl::Mutex: Debian's prebuilt Abseil is invisible to ThreadSanitizer,
// and its deadlock detector costs four times the lock itself.
//
// Threads: any.
#pragma once

#include <condition_variable>
#include <mutex>

#include "absl/base/thread_annotations.h"

// Abseil's header brings GUARDED_BY; these are the rest, in clang's current vocabulary.
#if defined(__clang__)
#define PRESENCES_TSA(x) __attribute__((x))
#else
#define PRESENCES_TSA(x)
#endif
#ifndef GUARDED_BY
#define GUARDED_BY(x) PRESENCES_TSA(guarded_by(x))
#endif
#define CAPABILITY(x) PRESENCES_TSA(capability(x))
#define SCOPED_CAPABILITY PRESENCES_TSA(scoped_lockable)
#define REQUIRES(...) PRESENCES_TSA(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) PRESENCES_TSA(locks_excluded(__VA_ARGS__))
#define ACQUIRE(...) PRESENCES_TSA(acquire_capability(__VA_ARGS__))
#define RELEASE(...) PRESENCES_TSA(release_capability(__VA_ARGS__))
#define TRY_ACQUIRE(...) PRESENCES_TSA(try_acquire_capability(__VA_ARGS__))

namespace presences {

class CAPABILITY("mutex") Mutex {
 public:
  void Lock() ACQUIRE() { mutex_.lock(); }
  void Unlock() RELEASE() { mutex_.unlock(); }
  bool TryLock() TRY_ACQUIRE(true) { return mutex_.try_lock(); }

 private:
  friend class MutexLock;
  std::mutex mutex_;
};

// Holds `mutex` for a scope. Lock() and Unlock() let go of it in between.
class SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ACQUIRE(mutex) : lock_(mutex.mutex_) {}
  ~MutexLock() RELEASE() {}
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

  void Unlock() RELEASE() { lock_.unlock(); }
  void Lock() ACQUIRE() { lock_.lock(); }

 private:
  friend class CondVar;
  std::unique_lock<std::mutex> lock_;
};

class CondVar {
 public:
  void NotifyOne() { cv_.notify_one(); }
  void NotifyAll() { cv_.notify_all(); }
  // Waits for a notification; may return early, so callers loop on their condition.
  void Wait(MutexLock& lock) { cv_.wait(lock.lock_); }
  template <typename Duration>
  void WaitFor(MutexLock& lock, Duration duration) {
    cv_.wait_for(lock.lock_, duration);
  }

 private:
  std::condition_variable cv_;
};

}  // namespace presences
