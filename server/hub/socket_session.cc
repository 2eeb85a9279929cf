#include "server/hub/socket_session.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "server/core/permission.h"
#include "server/hub/session.h"

namespace presences::hub {
namespace {

constexpr std::size_t kMaxChangesPerTurn = 100;
constexpr std::size_t kMaxBytesPerTurn = 256 * 1024;
constexpr std::size_t kChunk = 1024;  // records per hold of the state's lock

bool Sees(const Caller& caller, const SocketSubscription& subscription, const Presence& record) {
  return MayRead(record, caller) && subscription.filters.Matches(record);
}

}  // namespace

// The moment a caller is replaced. The state is scanned once for records that only the former
// caller saw; each chunk's revision then says, for every later change, whether the scan has dealt
// with its record already or the change must still be judged by the former sight of "before".
class SocketSession::Switch {
 public:
  Switch(ViewPtr former, Revision at) : former_(std::move(former)), at_(at) {}

  const View& former() const { return *former_; }

  // Calls `visit` for the records that have not changed since the switch.
  template <typename Visit>
  void Scan(const store::State& state, const Visit& visit) {
    store::ScanChunk chunk;
    while (!chunk.done) {
      chunk = state.Scan({}, chunk.next_after, kChunk);
      for (const PresencePtr& record : chunk.records) {
        if (record->revision() <= at_) visit(*record);
      }
      steps_.push_back(
          {chunk.done ? std::numeric_limits<Revision>::max() : chunk.next_after, chunk.applied});
      covered_ = chunk.applied;
    }
  }

  // True when "before" of this change was last seen by the former caller.
  bool JudgesBefore(const Change& change) const {
    if (!change.before() || change.before()->revision() > at_) return false;
    const Revision created = change.record().created_revision();
    const auto step = std::lower_bound(
        steps_.begin(), steps_.end(), created,
        [](const StepOf& s, Revision revision) { return s.created_up_to < revision; });
    return change.revision() <= step->applied;
  }

  Revision covered() const { return covered_; }

 private:
  struct StepOf {
    Revision created_up_to;
    Revision applied;
  };

  const ViewPtr former_;
  const Revision at_;
  Revision covered_ = 0;
  std::vector<StepOf> steps_;
};

SocketSession::SocketSession(std::shared_ptr<Topic> topic, std::shared_ptr<Sink> sink,
                             Caller caller, Validity validity, const SocketEncoder& encoder,
                             Events events, const Services& services)
    : Reader(std::move(topic), std::move(sink), Followed{false, {}}, services),
      encoder_(encoder),
      events_(std::move(events)),
      view_(std::make_shared<const View>(View{std::move(caller), std::move(validity), {}})) {}

SocketSession::~SocketSession() = default;

void SocketSession::Begin() { Enter(topic().head()); }

SocketSession::ViewPtr SocketSession::view() const {
  MutexLock lock(mutex_);
  return view_;
}

std::size_t SocketSession::subscription_count() const { return view()->entries.size(); }

void SocketSession::Refollow(const View& view) {
  Followed followed;
  followed.every = false;
  for (const auto& entry : view.entries) {
    Followed one = FollowedBy(entry->subscription.channels);
    followed.every = followed.every || one.every;
    followed.ids.insert(followed.ids.end(), one.ids.begin(), one.ids.end());
  }
  std::sort(followed.ids.begin(), followed.ids.end());
  followed.ids.erase(std::unique(followed.ids.begin(), followed.ids.end()), followed.ids.end());
  if (followed.every) followed.ids.clear();
  Follow(std::move(followed));
}

void SocketSession::Subscribe(std::vector<SocketSubscription> subscriptions) {
  MutexLock lock(mutex_);
  auto next = std::make_shared<View>(*view_);
  const Revision since = topic().head();
  for (SocketSubscription& subscription : subscriptions) {
    const auto same = [&](const auto& entry) { return entry->subscription.id == subscription.id; };
    const auto found = std::find_if(next->entries.begin(), next->entries.end(), same);
    auto entry = std::make_shared<const Entry>(Entry{std::move(subscription), since});
    if (found != next->entries.end()) {
      *found = std::move(entry);
    } else {
      next->entries.push_back(std::move(entry));
    }
  }
  view_ = next;
  Refollow(*next);
}

bool SocketSession::Unsubscribe(const std::string& id) {
  MutexLock lock(mutex_);
  auto next = std::make_shared<View>(*view_);
  const auto found = std::find_if(next->entries.begin(), next->entries.end(),
                                  [&](const auto& entry) { return entry->subscription.id == id; });
  if (found == next->entries.end()) return false;
  next->entries.erase(found);
  view_ = next;
  Refollow(*next);
  return true;
}

void SocketSession::SetCaller(Caller caller, Validity validity) {
  {
    MutexLock lock(mutex_);
    auto next = std::make_shared<View>(*view_);
    const bool same = caller.user_id == next->caller.user_id &&
                      caller.roles->roles() == next->caller.roles->roles();
    next->caller = std::move(caller);
    next->validity = std::move(validity);
    // Two switches in a row before a turn: the first former is whose sight was last told.
    if (!same && former_ == nullptr) former_ = view_;
    view_ = next;
  }
  if (suspended_.exchange(false)) {
    services().schedule(shared_from_this());
  } else {
    Poke();
  }
}

bool SocketSession::IsDue(MonotonicTime, TimePoint wall) const {
  const ViewPtr current = view();
  return current->validity.IsOver(wall) && !told_expired_;
}

Reader::Step SocketSession::TakeStep() {
  // Before the view: so a subscription that is not in the view was added after these changes, and
  // need not hear them.
  const std::optional<std::vector<ChangePtr>> changes = topic().After(cursor(), kMaxChangesPerTurn);
  ViewPtr current;
  ViewPtr former;
  {
    MutexLock lock(mutex_);
    current = view_;
    former = former_;
  }
  if (going_away()) {
    Close();
    events_.on_going_away();
    return Step::kPassedOn;
  }
  if (current->validity.IsOver(services().clock.Now())) return ExpireStep(current);
  told_expired_ = false;
  if (former != nullptr) return SwitchStep();
  if (!changes) {
    services().count_reset("slow_socket");
    Close();
    events_.on_behind();
    return Step::kPassedOn;
  }
  Frame frame;
  for (const ChangePtr& change : *changes) {
    if (frame.head.size() >= kMaxBytesPerTurn) break;
    AppendEvent(*change, *current, frame.head, &frame.changes);
    set_cursor(change->revision());
    if (frame.oldest == TimePoint() && frame.changes > 0) frame.oldest = change->time();
  }
  if (switch_ != nullptr && cursor() >= switch_->covered()) switch_.reset();
  if (frame.changes > 0) return Send(std::move(frame));
  return changes->empty() ? Step::kPark : Step::kContinue;
}

Reader::Step SocketSession::ExpireStep(const ViewPtr& expired) {
  if (!told_expired_.exchange(true)) events_.on_expired();
  // Nobody owns the session until SetCaller; what is committed meanwhile stays on the ring, after
  // the cursor. A caller that was set in between takes the session back at once.
  suspended_ = true;
  if (view() != expired && suspended_.exchange(false)) return Step::kContinue;
  return Step::kPassedOn;
}

Reader::Step SocketSession::SwitchStep() {
  ViewPtr current;
  ViewPtr former;
  {
    MutexLock lock(mutex_);
    current = view_;
    former = std::exchange(former_, nullptr);
  }
  switch_ = std::make_unique<Switch>(former, cursor());
  Frame frame;
  switch_->Scan(topic().state(), [&](const Presence& record) {
    std::vector<absl::string_view> lost;
    for (const auto& entry : former->entries) {
      const SocketSubscription& subscription = entry->subscription;
      const bool still =
          std::any_of(current->entries.begin(), current->entries.end(),
                      [&](const auto& other) { return other->subscription.id == subscription.id; });
      if (still && subscription.channels.Hears(record.id(), EventAction::kDelete) &&
          Sees(former->caller, subscription, record) &&
          !Sees(current->caller, subscription, record)) {
        lost.push_back(subscription.id);
      }
    }
    if (lost.empty()) return;
    const PresencePtr copy = Presence::Make(record.fields());
    const Change change(record.revision(), services().clock.Now(), ChangeKind::kUpdated,
                        DeleteCause::kNone, copy, copy);
    encoder_.Append(frame.head, encoder_.Event(change, ChangeView::kRemoved), lost);
    ++frame.changes;
  });
  return frame.changes > 0 ? Send(std::move(frame)) : Step::kContinue;
}

ChangeView SocketSession::ViewOf(const Change& change, const View& view, const Entry& entry) const {
  const SocketSubscription& subscription = entry.subscription;
  if (change.revision() <= entry.since) return ChangeView::kHidden;
  const absl::string_view id = change.record().id();
  if (change.after() && Sees(view.caller, subscription, *change.after())) {
    if (!subscription.channels.Hears(id, change.action())) return ChangeView::kHidden;
    const bool silent =
        change.kind() == ChangeKind::kExtended && Sees(view.caller, subscription, *change.before());
    return silent ? ChangeView::kHidden : ChangeView::kAsIs;
  }
  if (!change.before() || !subscription.channels.Hears(id, EventAction::kDelete)) {
    return ChangeView::kHidden;
  }
  const bool by_former = switch_ != nullptr && switch_->JudgesBefore(change);
  const Caller& judge = by_former ? switch_->former().caller : view.caller;
  if (!Sees(judge, subscription, *change.before())) return ChangeView::kHidden;
  return change.after() ? ChangeView::kRemoved : ChangeView::kAsIs;
}

void SocketSession::AppendEvent(const Change& change, const View& view, std::string& out,
                                int* count) const {
  std::vector<absl::string_view> as_is;
  std::vector<absl::string_view> removed;
  for (const auto& entry : view.entries) {
    switch (ViewOf(change, view, *entry)) {
      case ChangeView::kHidden:
        break;
      case ChangeView::kAsIs:
        as_is.push_back(entry->subscription.id);
        break;
      case ChangeView::kRemoved:
        removed.push_back(entry->subscription.id);
        break;
    }
  }
  const auto encode = [this](const Change& c, ChangeView v) { return encoder_.Event(c, v); };
  if (!as_is.empty()) {
    encoder_.Append(out, change.Encoded(WireForm::kSocket, ChangeView::kAsIs, encode), as_is);
    ++*count;
  }
  if (!removed.empty()) {
    encoder_.Append(out, change.Encoded(WireForm::kSocket, ChangeView::kRemoved, encode), removed);
    ++*count;
  }
}

}  // namespace presences::hub
