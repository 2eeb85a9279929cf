#include "server/store/group_committer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/check.h"
#include "server/base/log.h"
#include "server/store/run_operation.h"

namespace presences::store {
namespace {

double SecondsBetween(MonotonicTime from, MonotonicTime to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

GroupCommitter::GroupCommitter(Log& log, const std::vector<Committer::Project>& projects,
                               ChangeListener& listener, Clock& clock, Metrics& metrics,
                               Heartbeat& heart)
    : log_(log), listener_(listener), clock_(clock), heart_(heart), metrics_(metrics) {
  for (const Committer::Project& project : projects) {
    projects_.push_back(std::make_unique<ProjectSlot>(project, metrics));
    projects_.back()->records.Set(static_cast<double>(project.state->size()));
  }
}

void GroupCommitter::Commit(WriteQueue::Group& group) {
  const MonotonicTime start = clock_.Monotonic();
  const TimePoint now = clock_.Now();
  for (const std::unique_ptr<Write>& write : group) Run(*write, now);
  const absl::Status appended = Append();
  if (appended.ok()) {
    Publish();
  } else {
    for (const std::unique_ptr<Write>& write : group) {
      write->results.assign(write->operations.size(), appended);
    }
  }
  for (const std::uint32_t project : touched_) projects_[project]->touched = false;
  touched_.clear();
  metrics_.duration.Observe(SecondsBetween(start, clock_.Monotonic()));
}

void GroupCommitter::Run(Write& write, TimePoint now) {
  PRESENCES_CHECK(write.project < projects_.size());
  ProjectSlot& slot = *projects_[write.project];
  if (!slot.touched) {
    slot.touched = true;
    touched_.push_back(write.project);
    slot.staged.Begin(now);
  }
  write.results.reserve(write.operations.size());
  for (const Operation& operation : write.operations) {
    write.results.push_back(RunOperation(slot.staged, write.caller, operation));
  }
}

absl::Status GroupCommitter::AppendToLog(absl::Span<const LogEntry> entries) {
  const Heartbeat::AtDevice wait(heart_);
  absl::Status status = log_.Append(entries);
  if (!status.ok()) metrics_.log_failures.Increment();
  return status;
}

absl::Status GroupCommitter::Append() {
  entries_.clear();
  for (const std::uint32_t project : touched_) {
    for (const ChangePtr& change : projects_[project]->staged.changes()) {
      entries_.push_back(
          {project, change->revision(), std::string(change->record().id()), change->after()});
    }
  }
  if (entries_.empty()) return absl::OkStatus();
  const MonotonicTime start = clock_.Monotonic();
  const absl::Status status = AppendToLog(entries_);
  metrics_.append.Observe(SecondsBetween(start, clock_.Monotonic()));
  metrics_.batch_size.Observe(static_cast<double>(entries_.size()));
  NoteLogStatus(status);
  return status;
}

void GroupCommitter::Publish() {
  for (const std::uint32_t project : touched_) {
    ProjectSlot& slot = *projects_[project];
    const absl::Span<const ChangePtr> changes = slot.staged.changes();
    if (changes.empty()) continue;
    slot.state.Apply(changes);
    slot.committed.store(changes.back()->revision(), std::memory_order_release);
    listener_.OnChanges(project, changes);
    metrics_.CountChanges(changes, clock_.Now());
    slot.records.Set(static_cast<double>(slot.state.size()));
  }
}

void GroupCommitter::Probe() { NoteLogStatus(AppendToLog({})); }

void GroupCommitter::NoteLogStatus(const absl::Status& status) {
  absl::Status before;
  {
    MutexLock lock(status_mutex_);
    if (log_status_ == status) return;
    before = std::exchange(log_status_, status);
    log_failed_.store(!status.ok(), std::memory_order_relaxed);
  }
  if (status.ok()) {
    LogInfo("log works again");
  } else if (before.ok()) {
    LogError("log failed; writes are refused until it works again", {{"error", status.message()}});
  }
}

absl::Status GroupCommitter::log_status() const {
  MutexLock lock(status_mutex_);
  return log_status_;
}

LogHead GroupCommitter::head(std::uint32_t project) const {
  const ProjectSlot& slot = *projects_[project];
  return {slot.committed.load(std::memory_order_acquire), slot.epoch};
}

}  // namespace presences::store
