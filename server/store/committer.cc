#include "server/store/committer.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/reason.h"
#include "server/store/completer.h"
#include "server/store/group_committer.h"
#include "server/store/write_queue.h"

namespace presences::store {
namespace {

// How often a failed log is tried when no write tries it.
constexpr std::chrono::milliseconds kProbeInterval{500};

void Refuse(std::unique_ptr<Write> write, const absl::Status& status) {
  write->results.assign(write->operations.size(), status);
  write.release()->Done();
}

absl::Status Overloaded(std::chrono::milliseconds max_queue_delay) {
  absl::Status status = MakeError(
      Reason::kGeneralRateLimitExceeded,
      absl::StrCat("the server is overloaded: writes wait longer than ", max_queue_delay.count(),
                   " ms; send fewer writes at a time and retry later"),
      {{"limit", "max_queue_delay"}});
  SetRetryDelay(status, static_cast<int>(max_queue_delay.count()));
  return status;
}

}  // namespace

struct Committer::Impl {
  Impl(Options o, Log& log, const std::vector<Project>& projects, ChangeListener& listener,
       Clock& c, Metrics& metrics)
      : options(o),
        clock(c),
        heart(o.heartbeats->Add("committer")),
        committer(log, projects, listener, c, metrics, heart),
        own_thread(log.blocks()) {
    if (!own_thread) return;
    completer.emplace(o.heartbeats->Add("completer"));
    thread.emplace("committer", [this] { Loop(); });
  }

  absl::Status Admit(MonotonicTime now) REQUIRES(mutex);
  void CommitNextGroup() REQUIRES(mutex);
  void Drain() REQUIRES(mutex);
  void Loop();
  void WaitForWork(MutexLock& lock) REQUIRES(mutex);

  const Options options;
  Clock& clock;
  Heartbeat& heart;          // of whoever has set `committing`
  GroupCommitter committer;  // used by whoever has set `committing`
  const bool own_thread;

  Mutex mutex;
  CondVar work;  // own thread: something waits, or stop
  CondVar idle;  // for Stop: a thread is done
  WriteQueue queue GUARDED_BY(mutex);
  bool committing GUARDED_BY(mutex) = false;
  int completing GUARDED_BY(mutex) = 0;  // threads that call Done
  bool stopping GUARDED_BY(mutex) = false;

  // The committer whose writes this thread completes. A write that Done submits waits for the
  // caller's loop: committing it here would nest without bound.
  static thread_local const Impl* completing_here;

  std::optional<Completer> completer;
  std::optional<Thread> thread;
};

thread_local const Committer::Impl* Committer::Impl::completing_here = nullptr;

absl::Status Committer::Impl::Admit(MonotonicTime now) {
  if (stopping) {
    return MakeError(Reason::kGeneralShuttingDown,
                     "the server is shutting down; retry, another replica will answer");
  }
  // A failed log may take seconds to find out that it still fails. One group at a time tries;
  // the rest need not wait for it.
  if (committer.log_failed() && (committing || !queue.empty())) return committer.log_status();
  if (queue.OldestAge(now) > options.max_queue_delay) {
    committer.metrics().shed.Increment();
    return Overloaded(options.max_queue_delay);
  }
  return absl::OkStatus();
}

// Whoever commits stops being the one before it answers callers: with a log that does not block,
// the next submitter commits meanwhile. Answering is the dearer part, and so spreads over threads.
void Committer::Impl::CommitNextGroup() {
  committing = true;
  heart.Beat();
  WriteQueue::Group group;
  const MonotonicTime oldest = queue.PopGroup(options.max_group_operations, &group);
  mutex.Unlock();
  committer.metrics().queue_delay.Observe(
      std::chrono::duration<double>(clock.Monotonic() - oldest).count());
  committer.Commit(group);
  mutex.Lock();
  committing = false;
  if (!own_thread || queue.empty()) heart.Rest();
  ++completing;
  mutex.Unlock();
  if (completer) {
    completer->Post(&group);
  } else {
    const Impl* const outer = std::exchange(completing_here, this);
    CompleteAll(group);
    completing_here = outer;
  }
  mutex.Lock();
  --completing;
}

void Committer::Impl::Drain() {
  while (!committing && !queue.empty()) CommitNextGroup();
  if (stopping) idle.NotifyAll();
}

void Committer::Impl::WaitForWork(MutexLock& lock) {
  MonotonicTime probed = clock.Monotonic();
  while (queue.empty() && !stopping) {
    if (!committer.log_failed()) {
      work.Wait(lock);
      continue;
    }
    clock.WaitFor(lock, work, kProbeInterval);
    if (!queue.empty() || stopping || clock.Monotonic() - probed < kProbeInterval) continue;
    committing = true;
    heart.Beat();
    mutex.Unlock();
    committer.Probe();
    mutex.Lock();
    committing = false;
    if (queue.empty()) heart.Rest();
    if (stopping) idle.NotifyAll();
    probed = clock.Monotonic();
  }
}

void Committer::Impl::Loop() {
  MutexLock lock(mutex);
  for (;;) {
    WaitForWork(lock);
    if (queue.empty()) return;
    Drain();
  }
}

Committer::Committer(Options options, Log& log, std::vector<Project> projects,
                     ChangeListener& listener, Clock& clock, Metrics& metrics)
    : impl_(std::make_unique<Impl>(options, log, projects, listener, clock, metrics)) {}

Committer::~Committer() { Stop(); }

void Committer::Submit(std::unique_ptr<Write> write) {
  Impl& impl = *impl_;
  const MonotonicTime now = impl.clock.Monotonic();
  MutexLock lock(impl.mutex);
  const absl::Status admitted = impl.Admit(now);
  if (!admitted.ok()) {
    lock.Unlock();
    Refuse(std::move(write), admitted);
    return;
  }
  const bool was_empty = impl.queue.empty();
  impl.queue.Push(std::move(write), now);
  if (!impl.own_thread) {
    if (Impl::completing_here != &impl) impl.Drain();
  } else if (was_empty) {
    impl.heart.Expect();
    lock.Unlock();
    impl.work.NotifyOne();
  }
}

void Committer::Stop() {
  Impl& impl = *impl_;
  {
    MutexLock lock(impl.mutex);
    impl.stopping = true;
    impl.work.NotifyAll();
    while (impl.committing || impl.completing > 0 || !impl.queue.empty()) impl.idle.Wait(lock);
  }
  impl.thread.reset();
  impl.completer.reset();
}

absl::Status Committer::log_status() const { return impl_->committer.log_status(); }

void Committer::SetMaxPresences(std::uint32_t project, std::int64_t limit) {
  impl_->committer.SetMaxPresences(project, limit);
}

LogHead Committer::head(std::uint32_t project) const { return impl_->committer.head(project); }

}  // namespace presences::store
