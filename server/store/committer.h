// Committer: runs mutations one after another and makes their outcomes real.
//
// Takes the waiting writes as one group: runs their operations against the state (and against the
// outcomes of the group so far), appends the outcomes to the log as one batch, applies them to the
// state, publishes them, and only then completes the callers. Nothing is visible before it is as
// durable as the log promises, and revision order is commit order is publish order.
//
// With a log that blocks, a thread of the committer's own commits. With one that does not, the
// submitting thread that finds nobody committing does it, for itself and for those that come
// meanwhile: no thread is woken for a write that costs a microsecond (ADR 0006).
//
// Threads: any. Lock order: Committer queue, State, Hub (docs/lock-order.md).
// Invariant: at most one thread commits.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "server/base/clock.h"
#include "server/base/heartbeat.h"
#include "server/base/metrics.h"
#include "server/base/mutex.h"
#include "server/base/thread.h"
#include "server/core/change.h"
#include "server/core/rules.h"
#include "server/store/log.h"
#include "server/store/state.h"
#include "server/store/write.h"

namespace presences::store {

// Hears every committed change, in order, on the committing thread. Must be quick and must not
// call back into the committer.
class ChangeListener {
 public:
  virtual ~ChangeListener() = default;
  virtual void OnChanges(std::uint32_t project, absl::Span<const ChangePtr> changes) = 0;
};

class Committer {
 public:
  struct Options {
    std::size_t max_group_operations = 1024;          // per log batch
    std::chrono::milliseconds max_queue_delay{1000};  // older queue: shed (design 6.2)
    Heartbeats* heartbeats = &Heartbeats::None();     // "committer" and "completer"
  };

  // A project as the committer sees it. Both must outlive the committer.
  struct Project {
    const ProjectRules* rules;
    State* state;
    LogHead head;
  };

  Committer(Options options, Log& log, std::vector<Project> projects, ChangeListener& listener,
            Clock& clock, Metrics& metrics);
  ~Committer();

  // Takes the write; Done() will be called. When the oldest waiting write has waited longer than
  // max_queue_delay, refuses with GENERAL_RATE_LIMIT_EXCEEDED and retry info instead. While the
  // log fails, one group at a time tries it and the rest are refused with log_status().
  void Submit(std::unique_ptr<Write> write);

  // Refuses new writes with GENERAL_SHUTTING_DOWN, finishes the waiting ones, stops the thread.
  void Stop();

  // An error from a failed append until one succeeds; decides readiness. A log that blocks is also
  // tried when no write comes.
  absl::Status log_status() const;

  LogHead head(std::uint32_t project) const;

  // The limit that ProjectRules began with; for creations to come.
  void SetMaxPresences(std::uint32_t project, std::int64_t limit);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace presences::store
