#include "server/hub/hub.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/reason.h"
#include "server/hub/lane.h"
#include "server/hub/resume_token.h"
#include "server/hub/topic.h"

namespace presences::hub {
namespace {

constexpr std::array<double, 8> kBatches = {1, 2, 5, 10, 20, 50, 75, 100};

const MetricFamily kWatchers{MetricType::kGauge, "presences_watchers", "surface",
                             "Open subscriptions, by surface; a socket counts once."};
const MetricFamily kDeliveries{MetricType::kCounter, "presences_deliveries_total", "surface",
                               "Changes handed to subscribers, by surface."};
const MetricFamily kBatchSize{MetricType::kHistogram, "presences_delivery_batch_size", "surface",
                              "Changes that one message to a subscriber carries.", kBatches};
const MetricFamily kLag{
    MetricType::kHistogram, "presences_delivery_lag_seconds", "surface",
    "Time from a write's turn at the committer to the hand-over of its change to a subscriber's "
    "transport, of the oldest change in a message, in seconds; without snapshots and replays.",
    kStepSeconds};
const MetricFamily kResets{MetricType::kCounter, "presences_resets_total", "reason",
                           "Subscribers told to drop their state and take it anew, by reason."};

}  // namespace

struct Hub::Impl {
  Impl(Options given, const std::vector<Project>& projects, Clock& the_clock, Metrics& the_metrics)
      : options(given), clock(the_clock), metrics(the_metrics) {
    for (const Project& project : projects) {
      topics.push_back(
          std::make_shared<Topic>(project.id, *project.state, project.head, options.ring));
    }
    for (int i = 0; i < std::max(1, options.lanes); ++i) {
      const std::string name = absl::StrCat("lane-", i);
      lanes.push_back(std::make_unique<Lane>(
          name, clock, options.housekeeping,
          i == 0 ? std::function<void()>([this] { LookAfterSessions(); }) : [] {},
          options.heartbeats->Add(name)));
    }
  }

  Lane& NextLane() { return *lanes[next_lane++ % lanes.size()]; }
  void LookAfterSessions();
  void MarkGoingAway(std::size_t topic, const std::vector<ReaderPtr>& readers);
  const Reader::Services& ServicesFor(const std::string& surface);
  std::chrono::milliseconds NextHeartbeat();
  void CountReset(const char* reason);
  absl::StatusOr<std::optional<Revision>> ResumeAfter(const Subscription& subscription,
                                                      const Topic& topic, const Audience& audience);

  const Options options;
  Clock& clock;
  Metrics& metrics;
  std::vector<std::shared_ptr<Topic>> topics;
  std::atomic<std::size_t> next_lane{0};
  std::atomic<std::uint32_t> jitter{0};

  Mutex mutex;
  std::map<std::string, Reader::Services> services GUARDED_BY(mutex);       // by surface
  std::map<std::string, std::atomic<std::int64_t>> open GUARDED_BY(mutex);  // by surface
  std::optional<MonotonicTime> going_away_since GUARDED_BY(mutex);
  std::chrono::milliseconds going_away_window GUARDED_BY(mutex){0};
  std::vector<std::size_t> going_away_counts GUARDED_BY(mutex);  // readers by topic, at first

  std::vector<std::unique_ptr<Lane>> lanes;  // last: their threads use the rest
};

Hub::Hub(Options options, const std::vector<Project>& projects, Clock& clock, Metrics& metrics)
    : impl_(std::make_unique<Impl>(options, projects, clock, metrics)) {}

Hub::~Hub() {
  Stop();
  // A topic and its readers hold each other.
  for (const auto& topic : impl_->topics) {
    for (const ReaderPtr& reader : topic->Readers()) reader->Close();
  }
}

void Hub::Stop() {
  for (const auto& lane : impl_->lanes) lane->Stop();
}

void Hub::OnChanges(std::uint32_t project, absl::Span<const ChangePtr> changes) {
  impl_->NextLane().Schedule(impl_->topics[project]->Append(changes));
}

std::size_t Hub::session_count() const {
  std::size_t count = 0;
  for (const auto& topic : impl_->topics) count += topic->session_count();
  return count;
}

std::map<std::string, std::size_t> Hub::SubscriptionsBySurface() const {
  std::map<std::string, std::size_t> counts;
  MutexLock lock(impl_->mutex);
  for (const auto& [surface, count] : impl_->open) {
    counts[surface] = static_cast<std::size_t>(std::max<std::int64_t>(0, count));
  }
  return counts;
}

Revision Hub::OldestResumable(std::uint32_t project) const {
  return impl_->topics[project]->floor();
}

const Reader::Services& Hub::Impl::ServicesFor(const std::string& surface) {
  MutexLock lock(mutex);
  const auto [found, added] =
      services.try_emplace(surface, Reader::Services{clock, {}, {}, {}, {}});
  if (!added) return found->second;
  const Labels labels = {{"surface", surface}};
  Gauge& watchers = metrics.GetGauge(kWatchers, labels);
  Counter& deliveries = metrics.GetCounter(kDeliveries, labels);
  Histogram& batches = metrics.GetHistogram(kBatchSize, labels);
  Histogram& lag = metrics.GetHistogram(kLag, labels);
  Reader::Services& made = found->second;
  made.schedule = [this](ReaderPtr reader) { NextLane().Schedule(std::move(reader)); };
  made.count_watchers = [&watchers, &count = open[surface]](int by) {
    watchers.Add(by);
    count += by;
  };
  made.count_frame = [&deliveries, &batches, &lag, this](const Frame& frame) {
    if (frame.changes == 0) return;
    deliveries.Increment(frame.changes);
    batches.Observe(frame.changes);
    if (frame.oldest == TimePoint()) return;
    lag.Observe(std::max(0.0, std::chrono::duration<double>(clock.Now() - frame.oldest).count()));
  };
  made.count_reset = [this](const char* reason) { CountReset(reason); };
  return made;
}

void Hub::Impl::CountReset(const char* reason) {
  metrics.GetCounter(kResets, {{"reason", reason}}).Increment();
}

absl::StatusOr<std::optional<Revision>> Hub::Impl::ResumeAfter(const Subscription& subscription,
                                                               const Topic& topic,
                                                               const Audience& audience) {
  if (subscription.resume_token.empty()) return std::nullopt;
  const auto invalid = [](absl::string_view why) {
    return InvalidField("resumeToken",
                        absl::StrCat(why, "; subscribe without a token to start over"));
  };
  const std::optional<ResumeToken> token = ResumeToken::Decode(subscription.resume_token);
  if (!token) return invalid("must be a token that this service sent, unchanged");
  if (token->request != audience.token().request) {
    return invalid(
        "belongs to a subscription with other channels, queries or options; a token only resumes "
        "the same request");
  }
  const char* reset_reason = nullptr;
  if (token->epoch != topic.epoch()) {
    reset_reason = "epoch";
  } else if (token->revision > topic.head()) {
    return invalid("names a revision that does not exist yet");
  } else if (token->viewer != audience.token().viewer) {
    reset_reason = "viewer";
  } else if (token->revision < topic.floor()) {
    reset_reason = "resume_too_old";
  }
  if (reset_reason == nullptr) return token->revision;
  CountReset(reset_reason);
  return std::nullopt;
}

absl::StatusOr<SessionPtr> Hub::Open(Subscription subscription, std::shared_ptr<Sink> sink) {
  const std::shared_ptr<Topic>& topic = impl_->topics[subscription.project];
  auto audience =
      topic->AudienceFor(subscription.viewer, *subscription.encoder, subscription.max_batch);
  const auto resume = impl_->ResumeAfter(subscription, *topic, *audience);
  if (!resume.ok()) return resume.status();
  Session::Start start;
  start.resume_after = *resume;
  // A token that cannot be honoured leads to the state, whatever `snapshot` says.
  start.snapshot = subscription.snapshot || !subscription.resume_token.empty();
  start.validity = subscription.validity;
  start.heartbeat = impl_->NextHeartbeat();
  auto session = std::make_shared<Session>(topic, std::move(audience), std::move(sink), start,
                                           impl_->ServicesFor(subscription.surface));
  MutexLock lock(impl_->mutex);
  if (impl_->going_away_since) session->GoAway();
  return session;
}

SocketSessionPtr Hub::OpenSocket(std::uint32_t project, std::shared_ptr<Sink> sink, Caller caller,
                                 Validity validity, const SocketEncoder& encoder,
                                 SocketSession::Events events, const std::string& surface) {
  auto session = std::make_shared<SocketSession>(impl_->topics[project], std::move(sink),
                                                 std::move(caller), std::move(validity), encoder,
                                                 std::move(events), impl_->ServicesFor(surface));
  MutexLock lock(impl_->mutex);
  if (impl_->going_away_since) session->GoAway();
  return session;
}

// ± 10 %, so that idle sessions opened together do not beat together. What housekeeping adds is
// taken off the upper end.
std::chrono::milliseconds Hub::Impl::NextHeartbeat() {
  const auto earliest = options.heartbeat * 9 / 10;
  const auto width =
      std::max(options.heartbeat / 5 - options.housekeeping, std::chrono::milliseconds(0));
  return earliest + width * static_cast<int>(jitter++ * 7919 % 201) / 200;
}

void Hub::GoAway(std::chrono::milliseconds window) {
  std::vector<std::size_t> counts;
  for (const auto& topic : impl_->topics) counts.push_back(topic->session_count());
  MutexLock lock(impl_->mutex);
  impl_->going_away_since = impl_->clock.Monotonic();
  impl_->going_away_window = window;
  impl_->going_away_counts = std::move(counts);
}

void Hub::Impl::MarkGoingAway(std::size_t topic, const std::vector<ReaderPtr>& readers) {
  std::optional<MonotonicTime> since;
  std::chrono::milliseconds window{0};
  std::size_t count = 0;
  {
    MutexLock lock(mutex);
    since = going_away_since;
    window = going_away_window;
    if (since) count = going_away_counts[topic];
  }
  if (!since) return;
  const auto elapsed =
      std::chrono::duration_cast<std::chrono::milliseconds>(clock.Monotonic() - *since);
  // How many may stay for now; those that have gone are not among `readers` any more.
  const std::size_t stay = elapsed >= window
                               ? 0
                               : count * static_cast<std::size_t>((window - elapsed).count()) /
                                     static_cast<std::size_t>(window.count());
  for (std::size_t i = 0; i + stay < readers.size(); ++i) readers[i]->GoAway();
}

void Hub::Impl::LookAfterSessions() {
  const MonotonicTime now = clock.Monotonic();
  const TimePoint wall = clock.Now();
  for (std::size_t i = 0; i < topics.size(); ++i) {
    const std::vector<ReaderPtr> readers = topics[i]->Readers();
    MarkGoingAway(i, readers);
    for (const ReaderPtr& reader : readers) {
      if (reader->NeedsTurn(now, wall, options.write_timeout)) NextLane().Schedule(reader);
    }
  }
}

}  // namespace presences::hub
