#include "server/service/hold_keeper.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "server/base/mutex.h"
#include "server/base/reason.h"
#include "server/base/thread.h"
#include "server/core/mutation.h"

namespace presences::service {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kRetryDelay{1000};   // after a release that the log refused
constexpr milliseconds kHeartbeat{1000};    // between two signs that its thread lives
constexpr milliseconds kLook{3'600'000};    // between two looks for holds to extend
constexpr std::size_t kMaxExtended = 1000;  // records a write

using Key = std::pair<std::uint32_t, std::string>;  // project, presence id

const MetricFamily kHolds{MetricType::kGauge, "presences_holds", "project",
                          "Records whose lifetime is a connection's, those in grace included."};

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
    // Each with the created_revision of what it wrote. 0: it has entered, so that releases find
    // it, but is not written yet.
    std::map<HolderId, Revision> holders;
    // When it goes, should it have no holders then. Stays until a holder was written.
    std::optional<MonotonicTime> lapses;
    int releasing = 0;  // releases under way; they may be answered in any order
  };
  struct Holder {
    std::uint32_t project = 0;
    std::set<std::string> ids;
  };

  Impl(std::vector<Project> given, store::Committer& the_committer, Clock& the_clock,
       Metrics& metrics, Heartbeats& heartbeats)
      : projects(std::move(given)),
        committer(the_committer),
        clock(the_clock),
        heart(heartbeats.Add("holds")) {
    for (const Project& project : projects) {
      holds.push_back(&metrics.GetGauge(kHolds, {{"project", project.id}}));
      holds.back()->Set(0);
    }
  }

  void AdoptHeldRecords();
  Held& HeldAt(const Key& key) REQUIRES(mutex);
  void Run();
  std::map<std::uint32_t, std::vector<std::string>> TakeLapsed(MonotonicTime now) REQUIRES(mutex);
  void SubmitRelease(std::uint32_t project, std::vector<std::string> ids);
  void Released(std::uint32_t project, const std::vector<std::string>& ids, bool done);
  bool Unheld(const Key& key);
  void ExtendHolds();
  void SubmitExtension(std::uint32_t project, std::vector<std::string> ids);
  void Drop(const Key& key, HolderId holder, milliseconds grace) REQUIRES(mutex);
  void DropAll(HolderId holder, Parting parting) REQUIRES(mutex);
  // Sets, moves or clears when a record goes.
  void SetLapse(const Key& key, Held& entry, std::optional<MonotonicTime> when) REQUIRES(mutex);
  void Forget(std::map<Key, Held>::iterator entry) REQUIRES(mutex);
  milliseconds GraceOf(std::uint32_t project, Parting parting) const;
  // Makes it a holder of the record that `hold` will write; nullopt: it has left.
  std::optional<Key> Enter(HolderId holder, const Caller& caller, HoldInput& hold);
  void Confirm(HolderId holder, const Key& asked, const Presence& record);
  void Undo(HolderId holder, const Key& key);
  void Abandon(const Key& key, HolderId holder) REQUIRES(mutex);

  const std::vector<Project> projects;
  store::Committer& committer;
  Clock& clock;
  Heartbeat& heart;
  std::vector<Gauge*> holds;  // by project

  Mutex mutex;
  CondVar cv;
  std::map<Key, Held> held GUARDED_BY(mutex);
  std::set<std::pair<MonotonicTime, Key>> lapsing GUARDED_BY(mutex);  // those with `lapses`
  std::map<HolderId, Holder> holders GUARDED_BY(mutex);
  HolderId last_holder GUARDED_BY(mutex) = 0;
  MonotonicTime next_look GUARDED_BY(mutex);  // for holds to extend
  bool frozen GUARDED_BY(mutex) = false;
  bool stopping GUARDED_BY(mutex) = false;
  Thread thread;
};

HoldKeeper::HoldKeeper(std::vector<Project> projects, store::Committer& committer, Clock& clock,
                       Metrics& metrics, Heartbeats& heartbeats)
    : impl_(std::make_shared<Impl>(std::move(projects), committer, clock, metrics, heartbeats)) {
  impl_->AdoptHeldRecords();
  impl_->thread = Thread("holds", [impl = impl_.get()] { impl->Run(); });
}

HoldKeeper::~HoldKeeper() { Stop(); }

HoldKeeper::Impl::Held& HoldKeeper::Impl::HeldAt(const Key& key) {
  const auto [entry, added] = held.try_emplace(key);
  if (added) holds[key.first]->Add(1);
  return entry->second;
}

void HoldKeeper::Impl::AdoptHeldRecords() {
  MutexLock lock(mutex);
  const MonotonicTime now = clock.Monotonic();
  next_look = now + kLook;
  for (std::uint32_t i = 0; i < projects.size(); ++i) {
    store::ScanChunk chunk;
    while (!chunk.done) {
      chunk = projects[i].state->Scan({}, chunk.next_after, 1024);
      for (const PresencePtr& record : chunk.records) {
        if (!record->held()) continue;
        const Key key{i, std::string(record->id())};
        SetLapse(key, HeldAt(key), now + projects[i].connection_grace);
      }
    }
  }
}

HoldKeeper::HolderId HoldKeeper::Join(std::uint32_t project) {
  MutexLock lock(impl_->mutex);
  const HolderId id = ++impl_->last_holder;
  impl_->holders[id].project = project;
  return id;
}

void HoldKeeper::Hold(HolderId holder, const Caller& caller, UpsertInput input, Done done) {
  HoldInput hold{std::move(input), false};
  const std::optional<Key> key = impl_->Enter(holder, caller, hold);
  if (!key) {
    return done(
        MakeError(Reason::kGeneralBadRequest,
                  "presenceId: the connection that would hold it has ended; connect again"));
  }
  auto write =
      std::make_unique<HoldWrite>([self = impl_, key = *key, holder, joining = hold.joining,
                                   done = std::move(done)](absl::StatusOr<PresencePtr> result) {
        if (result.ok()) {
          self->Confirm(holder, key, **result);
        } else if (joining) {
          self->Undo(holder, key);
        }
        done(std::move(result));
      });
  write->project = key->first;
  write->caller = caller;
  write->operations.emplace_back(std::move(hold));
  impl_->committer.Submit(std::move(write));
}

std::optional<Key> HoldKeeper::Impl::Enter(HolderId holder, const Caller& caller, HoldInput& hold) {
  std::uint32_t project = 0;
  {
    MutexLock lock(mutex);
    const auto found = holders.find(holder);
    if (found == holders.end()) return std::nullopt;
    project = found->second.project;
  }
  std::string id = hold.upsert.presence_id;
  if (projects[project].per_user) {
    // The record that will be written is the user's, whatever the id says.
    const absl::StatusOr<std::string> user = TargetUser(caller, hold.upsert);
    const auto records =
        user.ok() ? projects[project].state->FindByUser(*user) : std::vector<PresencePtr>();
    if (!records.empty()) id = std::string(records.front()->id());
  }
  MutexLock lock(mutex);
  const auto found = holders.find(holder);
  if (found == holders.end()) return std::nullopt;
  hold.joining = found->second.ids.insert(id).second;
  Key key{project, std::move(id)};
  HeldAt(key).holders.try_emplace(holder, 0);
  return key;
}

void HoldKeeper::Impl::Confirm(HolderId holder, const Key& asked, const Presence& record) {
  const Key written{asked.first, std::string(record.id())};
  MutexLock lock(mutex);
  const auto found = holders.find(holder);
  const bool holding = found != holders.end() && found->second.ids.count(asked.second) > 0;
  if (asked != written) {
    // A per_user project answered with the record that the user has.
    if (holding) {
      found->second.ids.erase(asked.second);
      found->second.ids.insert(written.second);
    }
    Abandon(asked, holder);
  }
  Held& entry = HeldAt(written);
  if (holding) entry.holders[holder] = record.created_revision();
  // What others wrote under this name was deleted since: they have no part in this record.
  std::erase_if(entry.holders, [&](const auto& other) {
    return other.second != 0 && other.second < record.created_revision();
  });
  if (holding) {
    SetLapse(written, entry, std::nullopt);
  } else if (entry.holders.empty() && !entry.lapses) {
    SetLapse(written, entry, clock.Monotonic());  // the holder left before this was written
  }
}

void HoldKeeper::Impl::Undo(HolderId holder, const Key& key) {
  MutexLock lock(mutex);
  if (const auto found = holders.find(holder); found != holders.end()) {
    found->second.ids.erase(key.second);
  }
  Abandon(key, holder);
}

void HoldKeeper::Impl::Abandon(const Key& key, HolderId holder) {
  const auto entry = held.find(key);
  if (entry == held.end()) return;
  entry->second.holders.erase(holder);
  if (!entry->second.holders.empty() || entry->second.lapses) return;
  // A release may have found this holder meanwhile: it has its turn again, and does nothing to a
  // record that is not held.
  SetLapse(key, entry->second, clock.Monotonic());
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
  // One that was refused, or not written yet, does not lengthen the grace of the holder before.
  if (!entry->second.holders.empty() || entry->second.lapses) return;
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
  holds[entry->first.first]->Add(-1);
  held.erase(entry);
}

std::size_t HoldKeeper::held_count(std::uint32_t project) const {
  MutexLock lock(impl_->mutex);
  const auto first = impl_->held.lower_bound({project, ""});
  const auto last = impl_->held.lower_bound({project + 1, ""});
  return static_cast<std::size_t>(std::distance(first, last));
}

bool HoldKeeper::Release(HolderId holder, const std::string& presence_id) {
  MutexLock lock(impl_->mutex);
  const auto found = impl_->holders.find(holder);
  if (found == impl_->holders.end() || found->second.ids.erase(presence_id) == 0) return false;
  impl_->Drop({found->second.project, presence_id}, holder, milliseconds(0));
  return true;
}

void HoldKeeper::Impl::DropAll(HolderId holder, Parting parting) {
  const auto found = holders.find(holder);
  if (found == holders.end()) return;
  Holder& who = found->second;
  const milliseconds grace = GraceOf(who.project, parting);
  for (const std::string& id : who.ids) Drop({who.project, id}, holder, grace);
  who.ids.clear();
}

void HoldKeeper::ReleaseAll(HolderId holder, Parting parting) {
  MutexLock lock(impl_->mutex);
  impl_->DropAll(holder, parting);
}

void HoldKeeper::Leave(HolderId holder, Parting parting) {
  // In one step: a hold that came in between would have a holder that nobody lets go of.
  MutexLock lock(impl_->mutex);
  impl_->DropAll(holder, parting);
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
    Held& entry = held[key];
    SetLapse(key, entry, std::nullopt);
    ++entry.releasing;  // Released() says how it went
  }
  return lapsed;
}

void HoldKeeper::Impl::Run() {
  MutexLock lock(mutex);
  while (!stopping) {
    heart.Beat();
    const MonotonicTime now = clock.Monotonic();
    if (now >= next_look) {
      next_look = now + kLook;
      lock.Unlock();
      ExtendHolds();
      lock.Lock();
      continue;
    }
    auto lapsed = frozen ? decltype(TakeLapsed(now)){} : TakeLapsed(now);
    if (!lapsed.empty()) {
      lock.Unlock();
      for (auto& [project, ids] : lapsed) SubmitRelease(project, std::move(ids));
      lock.Lock();
      continue;
    }
    MonotonicTime next = std::min(next_look, now + kHeartbeat);
    if (!lapsing.empty() && !frozen) next = std::min(next, lapsing.begin()->first);
    clock.WaitFor(lock, cv, std::chrono::ceil<milliseconds>(next - now));
  }
  heart.Rest();
}

void HoldKeeper::Impl::ExtendHolds() {
  std::vector<Key> keys;
  {
    MutexLock lock(mutex);
    for (const auto& [key, entry] : held) {
      if (!entry.holders.empty()) keys.push_back(key);
    }
  }
  const TimePoint due = clock.Now() + kMaxTtl - kExtendAfter;
  std::map<std::uint32_t, std::vector<std::string>> ids;
  for (const Key& key : keys) {
    const PresencePtr record = projects[key.first].state->Find(key.second);
    if (!record || record->bounded() || record->expires_at() >= due) continue;
    std::vector<std::string>& batch = ids[key.first];
    batch.push_back(key.second);
    if (batch.size() == kMaxExtended) SubmitExtension(key.first, std::exchange(batch, {}));
  }
  for (auto& [project, batch] : ids) SubmitExtension(project, std::move(batch));
}

void HoldKeeper::Impl::SubmitExtension(std::uint32_t project, std::vector<std::string> ids) {
  if (ids.empty()) return;
  // One that fails is tried again at the next look, a month before it matters.
  auto write = std::make_unique<HoldWrite>([](const absl::StatusOr<PresencePtr>&) {});
  write->project = project;
  write->operations.emplace_back(store::ExtendInput{std::move(ids)});
  committer.Submit(std::move(write));
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
  return !frozen && (entry == held.end() || entry->second.holders.empty());
}

void HoldKeeper::Impl::Released(std::uint32_t project, const std::vector<std::string>& ids,
                                bool done) {
  MutexLock lock(mutex);
  for (const std::string& id : ids) {
    const auto entry = held.find({project, id});
    if (entry == held.end()) continue;
    --entry->second.releasing;
    if (!entry->second.holders.empty()) continue;
    // Left behind again since: another release comes, or is under way.
    if (entry->second.lapses || entry->second.releasing > 0) continue;
    if (done) {
      Forget(entry);
    } else {
      SetLapse(entry->first, entry->second, clock.Monotonic() + kRetryDelay);
    }
  }
}

}  // namespace presences::service
