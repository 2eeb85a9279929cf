// FaultyLog: a log whose failures and speed the test decides.
//
// Remembers what it was given, so that a test can compare the log with what was acknowledged.
//
// Threads: any.
#pragma once

#include <utility>
#include <vector>

#include "server/base/mutex.h"
#include "server/base/reason.h"
#include "server/store/log.h"

namespace presences::testing {

class FaultyLog final : public store::Log {
 public:
  explicit FaultyLog(bool blocks) : blocks_(blocks) {}

  // Appends fail, as on a full disk, until Repair.
  void Break() {
    MutexLock lock(mutex_);
    broken_ = true;
  }
  void Repair() {
    MutexLock lock(mutex_);
    broken_ = false;
  }
  // Appends wait, as on a slow disk, until Release.
  void Hold() {
    MutexLock lock(mutex_);
    held_ = true;
  }
  void Release() {
    MutexLock lock(mutex_);
    held_ = false;
    cv_.NotifyAll();
  }
  // Waits until an append waits.
  void AwaitHeldAppend() {
    MutexLock lock(mutex_);
    while (waiting_ == 0) cv_.Wait(lock);
  }

  // The groups that were appended, in order; probes are left out.
  std::vector<std::vector<store::LogEntry>> groups() const {
    MutexLock lock(mutex_);
    return groups_;
  }
  int probes() const {
    MutexLock lock(mutex_);
    return probes_;
  }

  absl::StatusOr<store::LogHead> Load(std::uint32_t,
                                      const std::function<void(PresencePtr)>&) override {
    return store::LogHead{0, 1};
  }
  absl::Status Append(absl::Span<const store::LogEntry> entries) override {
    MutexLock lock(mutex_);
    ++waiting_;
    cv_.NotifyAll();
    while (held_) cv_.Wait(lock);
    --waiting_;
    if (entries.empty()) ++probes_;
    if (broken_) {
      return MakeError(Reason::kGeneralStorageUnavailable, "storage: the disk is full");
    }
    if (!entries.empty()) groups_.emplace_back(entries.begin(), entries.end());
    return absl::OkStatus();
  }
  bool blocks() const override { return blocks_; }
  absl::Status Close() override { return absl::OkStatus(); }

 private:
  const bool blocks_;
  mutable Mutex mutex_;
  CondVar cv_;
  bool broken_ GUARDED_BY(mutex_) = false;
  bool held_ GUARDED_BY(mutex_) = false;
  int waiting_ GUARDED_BY(mutex_) = 0;
  int probes_ GUARDED_BY(mutex_) = 0;
  std::vector<std::vector<store::LogEntry>> groups_ GUARDED_BY(mutex_);
};

}  // namespace presences::testing
