#include "server/service/hold_keeper.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "server/base/mutex.h"
#include "server/base/thread.h"

namespace presences::service {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kRetryDelay{1000};  // after a release that the log refused
constexpr milliseconds kIdle{3'600'000};   // nothing lapses

using Key = std::pair<std::uint32_t, std::string>;  // project, presence id

// A write whose outcome a function hears.
class HoldWrite final : public store::Write {
 public:
  explicit HoldWrite(HoldKeeper::Done done) : done_(std::move(done)) {}
  void Done() override {
    done_(std::move(results[0]));
    delete this;
  }

 private:
  const HoldKeeper::Done done_;
};

}  // namespace

struct HoldKeeper::Impl : std::enable_shared_from_this<Impl> {
  struct Held {
    std::set<HolderId> holders;
    std::optional<MonotonicTime> lapses;  // without holders: when it goes
  };
  struct Holder {
    std::uint32_t project = 0;
    std::set<std::string> ids;
  };

  Impl(std::vector<Project> given, store::Committer& the_committer, Clock& the_clock,
       Metrics& metrics)
      : projects(std::move(given)),
        committer(the_committer),
        clock(the_clock),
        holds(metrics.GetGauge("presences_holds",
                               "Records whose lifetime is a connection's, those in grace "
                               "included.")) {}

  void AdoptHeldRecords();
  void Run();
  std::map<std::uint32_t, std::vector<std::string>> TakeLapsed(MonotonicTime now) REQUIRES(mutex);
  void SubmitRelease(std::uint32_t project, std::vector<std::string> ids);
  void Released(std::uint32_t project, const std::vector<std::string>& ids, bool done);
  bool Unheld(const Key& key);
  void Drop(const Key& key, HolderId holder, milliseconds grace) REQUIRES(mutex);
  // Sets, moves or clears when a record goes.
  void SetLapse(const Key& key, Held& entry, std::optional<MonotonicTime> when) REQUIRES(mutex);
  void Forget(std::map<Key, Held>::iterator entry) REQUIRES(mutex);
  milliseconds GraceOf(std::uint32_t project, Parting parting) const;
  void Undo(const Key& key, HolderId holder, std::optional<MonotonicTime> lapses);
  void Rename(HolderId holder, const Key& from, const Key& to);

  const std::vector<Project> projects;
  store::Committer& committer;
  Clock& clock;
  Gauge& holds;

  Mutex mutex;
  CondVar cv;
  std::map<Key, Held> held GUARDED_BY(mutex);
  std::set<std::pair<MonotonicTime, Key>> lapsing GUARDED_BY(mutex);  // those with `lapses`
  std::map<HolderId, Holder> holders GUARDED_BY(mutex);
  HolderId last_holder GUARDED_BY(mutex) = 0;
  bool frozen GUARDED_BY(mutex) = false;
  bool stopping GUARDED_BY(mutex) = false;
  Thread thread;
};

HoldKeeper::HoldKeeper(std::vector<Project> projects, store::Committer& committer, Clock& clock,
                       Metrics& metrics)
    : impl_(std::make_shared<Impl>(std::move(projects), committer, clock, metrics)) {
  impl_->AdoptHeldRecords();
  impl_->thread = Thread("holds", [impl = impl_.get()] { impl->Run(); });
}

HoldKeeper::~HoldKeeper() { Stop(); }

void HoldKeeper::Impl::AdoptHeldRecords() {
  MutexLock lock(mutex);
  const MonotonicTime now = clock.Monotonic();
  for (std::uint32_t i = 0; i < projects.size(); ++i) {
    store::ScanChunk chunk;
    while (!chunk.done) {
      chunk = projects[i].state->Scan({}, chunk.next_after, 1024);
      for (const PresencePtr& record : chunk.records) {
        if (!record->held()) continue;
        const Key key{i, std::string(record->id())};
        SetLapse(key, held[key], now + projects[i].connection_grace);
      }
    }
  }
  holds.Set(static_cast<double>(held.size()));
}

HoldKeeper::HolderId HoldKeeper::Join(std::uint32_t project) {
  MutexLock lock(impl_->mutex);
  const HolderId id = ++impl_->last_holder;
  impl_->holders[id].project = project;
  return id;
}

void HoldKeeper::Hold(HolderId holder, const Caller& caller, UpsertInput input, Done done) {
  Impl& impl = *impl_;
  HoldInput hold{std::move(input), false};
  Key key;
  std::optional<MonotonicTime> lapses;
  {
    // Held before it is written: a release that has its turn in between finds a holder.
    MutexLock lock(impl.mutex);
    Impl::Holder& who = impl.holders[holder];
    key = {who.project, hold.upsert.presence_id};
    hold.joining = who.ids.insert(hold.upsert.presence_id).second;
    Impl::Held& entry = impl.held[key];
    lapses = entry.lapses;
    impl.SetLapse(key, entry, std::nullopt);
    entry.holders.insert(holder);
    impl.holds.Set(static_cast<double>(impl.held.size()));
  }
  const bool joining = hold.joining;
  auto write =
      std::make_unique<HoldWrite>([self = impl_, key, holder, lapses, joining,
                                   done = std::move(done)](absl::StatusOr<PresencePtr> result) {
        if (!result.ok()) {
          if (joining) self->Undo(key, holder, lapses);
        } else if ((*result)->id() != key.second) {
          // A per_user project answered with the record that the user has already.
          self->Rename(holder, key, {key.first, std::string((*result)->id())});
        }
        done(std::move(result));
      });
  write->project = key.first;
  write->caller = caller;
  write->operations.emplace_back(std::move(hold));
  impl.committer.Submit(std::move(write));
}

void HoldKeeper::Impl::Undo(const Key& key, HolderId holder, std::optional<MonotonicTime> lapses) {
  MutexLock lock(mutex);
  if (const auto found = holders.find(holder); found != holders.end()) {
    found->second.ids.erase(key.second);
  }
  const auto entry = held.find(key);
  if (entry == held.end()) return;
  entry->second.holders.erase(holder);
  if (!entry->second.holders.empty()) return;
  // Without a lapse of before, a release may have been under way that found this holder: it has
  // its turn again, and does nothing to a record that is not held.
  SetLapse(key, entry->second, lapses.value_or(clock.Monotonic()));
}

void HoldKeeper::Impl::Rename(HolderId holder, const Key& from, const Key& to) {
  MutexLock lock(mutex);
  const auto found = holders.find(holder);
  if (found == holders.end()) return;
  found->second.ids.erase(from.second);
  found->second.ids.insert(to.second);
  if (const auto entry = held.find(from); entry != held.end()) {
    entry->second.holders.erase(holder);
    if (entry->second.holders.empty()) Forget(entry);
  }
  Held& entry = held[to];
  entry.holders.insert(holder);
  SetLapse(to, entry, std::nullopt);
  holds.Set(static_cast<double>(held.size()));
}

milliseconds HoldKeeper::Impl::GraceOf(std::uint32_t project, Parting parting) const {
  switch (parting) {
    case Parting::kClean:
      return milliseconds(0);
    case Parting::kNavigation:
      return projects[project].navigation_grace;
    case Parting::kLost:
      break;
  }
  return projects[project].connection_grace;
}

void HoldKeeper::Impl::Drop(const Key& key, HolderId holder, milliseconds grace) {
  const auto entry = held.find(key);
  if (entry == held.end()) return;
  entry->second.holders.erase(holder);
  if (!entry->second.holders.empty()) return;
  SetLapse(key, entry->second, clock.Monotonic() + grace);
}

void HoldKeeper::Impl::SetLapse(const Key& key, Held& entry, std::optional<MonotonicTime> when) {
  if (entry.lapses) lapsing.erase({*entry.lapses, key});
  entry.lapses = when;
  if (!when) return;
  lapsing.insert({*when, key});
  if (lapsing.begin()->second == key) cv.NotifyOne();
}

void HoldKeeper::Impl::Forget(std::map<Key, Held>::iterator entry) {
  SetLapse(entry->first, entry->second, std::nullopt);
  held.erase(entry);
  holds.Set(static_cast<double>(held.size()));
}

bool HoldKeeper::Release(HolderId holder, const std::string& presence_id) {
  MutexLock lock(impl_->mutex);
  const auto found = impl_->holders.find(holder);
  if (found == impl_->holders.end() || found->second.ids.erase(presence_id) == 0) return false;
  impl_->Drop({found->second.project, presence_id}, holder, milliseconds(0));
  return true;
}

void HoldKeeper::ReleaseAll(HolderId holder, Parting parting) {
  MutexLock lock(impl_->mutex);
  const auto found = impl_->holders.find(holder);
  if (found == impl_->holders.end()) return;
  Impl::Holder& who = found->second;
  const milliseconds grace = impl_->GraceOf(who.project, parting);
  for (const std::string& id : who.ids) impl_->Drop({who.project, id}, holder, grace);
  who.ids.clear();
}

void HoldKeeper::Leave(HolderId holder, Parting parting) {
  ReleaseAll(holder, parting);
  MutexLock lock(impl_->mutex);
  impl_->holders.erase(holder);
}

void HoldKeeper::Freeze() {
  MutexLock lock(impl_->mutex);
  impl_->frozen = true;
}

void HoldKeeper::Stop() {
  {
    MutexLock lock(impl_->mutex);
    impl_->stopping = true;
    impl_->cv.NotifyAll();
  }
  impl_->thread.Join();
}

std::map<std::uint32_t, std::vector<std::string>> HoldKeeper::Impl::TakeLapsed(MonotonicTime now) {
  std::map<std::uint32_t, std::vector<std::string>> lapsed;
  while (!lapsing.empty() && lapsing.begin()->first <= now) {
    const Key key = lapsing.begin()->second;
    lapsed[key.first].push_back(key.second);
    SetLapse(key, held[key], std::nullopt);  // Released() says how it went
  }
  return lapsed;
}

void HoldKeeper::Impl::Run() {
  MutexLock lock(mutex);
  while (!stopping) {
    const MonotonicTime now = clock.Monotonic();
    auto lapsed = frozen ? decltype(TakeLapsed(now)){} : TakeLapsed(now);
    if (!lapsed.empty()) {
      lock.Unlock();
      for (auto& [project, ids] : lapsed) SubmitRelease(project, std::move(ids));
      lock.Lock();
      continue;
    }
    milliseconds wait = kIdle;
    if (!lapsing.empty() && !frozen) {
      wait = std::min(wait, std::chrono::ceil<milliseconds>(lapsing.begin()->first - now));
    }
    clock.WaitFor(lock, cv, wait);
  }
}

void HoldKeeper::Impl::SubmitRelease(std::uint32_t project, std::vector<std::string> ids) {
  store::ReleaseInput release;
  release.presence_ids = ids;
  release.unheld = [self = shared_from_this(), project](const std::string& id) {
    return self->Unheld({project, id});
  };
  auto write =
      std::make_unique<HoldWrite>([self = shared_from_this(), project, ids = std::move(ids)](
                                      const absl::StatusOr<PresencePtr>& result) {
        self->Released(project, ids, result.ok());
      });
  write->project = project;
  write->operations.emplace_back(std::move(release));
  committer.Submit(std::move(write));
}

bool HoldKeeper::Impl::Unheld(const Key& key) {
  MutexLock lock(mutex);
  const auto entry = held.find(key);
  return !frozen && entry != held.end() && entry->second.holders.empty();
}

void HoldKeeper::Impl::Released(std::uint32_t project, const std::vector<std::string>& ids,
                                bool done) {
  MutexLock lock(mutex);
  for (const std::string& id : ids) {
    const auto entry = held.find({project, id});
    if (entry == held.end() || !entry->second.holders.empty()) continue;
    if (done) {
      Forget(entry);
    } else {
      SetLapse(entry->first, entry->second, clock.Monotonic() + kRetryDelay);
    }
  }
}

}  // namespace presences::service
