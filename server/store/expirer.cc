#include "server/store/expirer.h"

#include <algorithm>
#include <utility>

#include "server/base/mutex.h"
#include "server/base/thread.h"

namespace presences::store {
namespace {

const MetricFamily kRetries{MetricType::kCounter, "presences_expiry_retries_total", "",
                            "Expiry writes that were refused and are tried again."};

}  // namespace

struct Expirer::Impl {
  // How far a project's write is. At most one is under way, which leaves the log to callers too.
  struct Progress {
    bool submitted = false;
    bool refused = false;
    std::vector<std::string> ids;  // of the finished write
  };

  class ExpireWrite final : public Write {
   public:
    ExpireWrite(Impl& impl, std::uint32_t index, std::vector<std::string> ids) : impl_(impl) {
      project = index;
      caller.privileged = true;
      operations.push_back(ExpireInput{std::move(ids)});
    }
    void Done() override {
      impl_.OnDone(*this);
      delete this;
    }

   private:
    Impl& impl_;
  };

  Impl(Options o, Committer& c, std::vector<State*> s, Clock& k, Metrics& metrics)
      : options(o),
        committer(c),
        states(std::move(s)),
        clock(k),
        heart(o.heartbeats->Add("expirer")),
        retries(metrics.GetCounter(kRetries)),
        progress(states.size()),
        thread("expirer", [this] { Loop(); }) {}

  void OnDone(ExpireWrite& write);
  void Loop();
  void Turn(std::uint32_t project);
  void RearmLeftovers(State& state, const Progress& finished);
  bool AllFinished() REQUIRES(mutex);

  const Options options;
  Committer& committer;
  const std::vector<State*> states;
  Clock& clock;
  Heartbeat& heart;
  Counter& retries;

  Mutex mutex;
  CondVar cv;
  std::vector<Progress> progress GUARDED_BY(mutex);  // by project
  bool look_again GUARDED_BY(mutex) = false;         // a write finished: more may be due
  bool stopping GUARDED_BY(mutex) = false;
  Thread thread;  // last: uses all of the above
};

void Expirer::Impl::OnDone(ExpireWrite& write) {
  MutexLock lock(mutex);
  progress[write.project] = {false, !write.results[0].ok(),
                             std::move(std::get<ExpireInput>(write.operations[0]).presence_ids)};
  look_again = true;
  cv.NotifyOne();
}

// What the write left alive must be met again: the log refused it, or the wall clock stepped back
// before the committer read it. What is gone or was refreshed is not touched by this.
void Expirer::Impl::RearmLeftovers(State& state, const Progress& finished) {
  if (finished.ids.empty()) return;
  if (finished.refused) retries.Increment();
  state.Rearm(finished.ids, clock.Now() + (finished.refused ? options.retry_delay : options.tick));
}

void Expirer::Impl::Turn(std::uint32_t project) {
  Progress finished;
  {
    MutexLock lock(mutex);
    if (progress[project].submitted) return;
    finished = std::exchange(progress[project], Progress{});
    if (stopping) return;
  }
  State& state = *states[project];
  RearmLeftovers(state, finished);
  std::vector<std::string> ids = state.TakeExpired(clock.Now(), options.max_batch);
  if (ids.empty()) return;
  {
    MutexLock lock(mutex);
    progress[project].submitted = true;
  }
  committer.Submit(std::make_unique<ExpireWrite>(*this, project, std::move(ids)));
}

bool Expirer::Impl::AllFinished() {
  return std::none_of(progress.begin(), progress.end(),
                      [](const Progress& p) { return p.submitted; });
}

void Expirer::Impl::Loop() {
  for (;;) {
    heart.Beat();
    for (std::uint32_t project = 0; project < states.size(); ++project) Turn(project);
    MutexLock lock(mutex);
    if (stopping && AllFinished()) return heart.Rest();
    if (!look_again) clock.WaitFor(lock, cv, options.tick);
    look_again = false;
  }
}

Expirer::Expirer(Options options, Committer& committer, std::vector<State*> states, Clock& clock,
                 Metrics& metrics)
    : impl_(std::make_unique<Impl>(options, committer, std::move(states), clock, metrics)) {}

Expirer::~Expirer() { Stop(); }

void Expirer::Stop() {
  {
    MutexLock lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->cv.NotifyAll();
  impl_->thread.Join();
}

}  // namespace presences::store
