// GroupCommitter: carries one group of writes through run, log, apply and publish.
//
// Threads: one at a time (the committing thread); head() and log_status() any.
// Invariant: a change is applied and published only after the log has it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "server/base/clock.h"
#include "server/base/heartbeat.h"
#include "server/base/mutex.h"
#include "server/store/commit_metrics.h"
#include "server/store/committer.h"
#include "server/store/log.h"
#include "server/store/staged_project.h"
#include "server/store/write_queue.h"

namespace presences::store {

class GroupCommitter {
 public:
  GroupCommitter(Log& log, const std::vector<Committer::Project>& projects,
                 ChangeListener& listener, Clock& clock, Metrics& metrics, Heartbeat& heart);

  // Fills the results of every write in the group; calling Done is left to the caller.
  void Commit(WriteQueue::Group& group);
  // Finds out whether the log works again, after it failed.
  void Probe();

  // Whether log_status() is an error, at the price of a load.
  bool log_failed() const { return log_failed_.load(std::memory_order_relaxed); }
  absl::Status log_status() const;
  LogHead head(std::uint32_t project) const;
  // Any thread.
  void SetMaxPresences(std::uint32_t project, std::int64_t limit) {
    projects_[project]->staged.set_max_presences(limit);
  }
  CommitMetrics& metrics() { return metrics_; }

 private:
  struct ProjectSlot {
    ProjectSlot(const Committer::Project& project, Metrics& metrics)
        : staged(*project.rules, *project.state, project.head.revision),
          state(*project.state),
          records(CommitMetrics::RecordsOf(metrics, project.rules->project_id)),
          epoch(project.head.epoch),
          committed(project.head.revision) {}
    StagedProject staged;
    State& state;
    Gauge& records;
    const std::uint64_t epoch;
    std::atomic<Revision> committed;
    bool touched = false;
  };

  void Run(Write& write, TimePoint now);
  absl::Status Append();
  absl::Status AppendToLog(absl::Span<const LogEntry> entries);
  void Publish();
  void NoteLogStatus(const absl::Status& status);

  Log& log_;
  ChangeListener& listener_;
  Clock& clock_;
  Heartbeat& heart_;
  CommitMetrics metrics_;
  std::vector<std::unique_ptr<ProjectSlot>> projects_;
  std::vector<std::uint32_t> touched_;
  std::vector<LogEntry> entries_;
  std::atomic<bool> log_failed_{false};
  mutable Mutex status_mutex_;
  absl::Status log_status_ GUARDED_BY(status_mutex_);
};

}  // namespace presences::store
