#include "tests/unit/hub/hub_fixture.h"

#include <utility>

#include "server/core/query.h"

namespace presences::hub {

Viewer ViewerOf(const WatchSpec& spec) {
  const auto channels = ChannelSet::Parse(spec.channels, 0);
  EXPECT_THAT(channels, presences::testing::IsOk());
  const auto filters =
      ParseWatchQueries(spec.queries, std::vector<std::string>{"page"}, WatchDialect::kFull);
  EXPECT_THAT(filters, presences::testing::IsOk());
  return {spec.caller, *channels, *filters, spec.skip_unchanged};
}

Caller User(const std::string& id) { return presences::testing::UserCaller(id); }

SessionTest::SessionTest(ChangeRing::Limits limits)
    : project_(*this, {"page"}),
      topic_(std::make_shared<Topic>("demo", project_.state, store::LogHead{0, 1}, limits)),
      services_{project_.clock, [this](ReaderPtr reader) { turns_.push_back(std::move(reader)); },
                [this](int by) { watchers_ += by; }, [](const Frame&) {},
                [this](const char* reason) { resets_.emplace_back(reason); }} {}

SessionTest::~SessionTest() {
  for (const SessionPtr& session : made_) session->Close();
  EXPECT_EQ(topic_->session_count(), 0u);
  EXPECT_EQ(watchers_, 0);
}

void SessionTest::OnChanges(std::uint32_t, absl::Span<const ChangePtr> changes) {
  held_.insert(held_.end(), changes.begin(), changes.end());
  if (!holding_) Publish();
}

void SessionTest::Publish() {
  holding_ = false;
  for (ReaderPtr& reader : topic_->Append(held_)) turns_.push_back(std::move(reader));
  held_.clear();
}

Watcher SessionTest::Make(const WatchSpec& spec) {
  Watcher watcher;
  watcher.sink = std::make_shared<RecordingSink>(spec.mode);
  Session::Start start;
  start.snapshot = spec.snapshot;
  start.resume_after = spec.resume_after;
  start.validity = spec.validity;
  watcher.session = std::make_shared<Session>(
      topic_, topic_->AudienceFor(ViewerOf(spec), encoder_, spec.max_batch), watcher.sink, start,
      services_);
  watcher.sink->Attach(watcher.session);
  made_.push_back(watcher.session);
  return watcher;
}

Watcher SessionTest::Watch(const WatchSpec& spec) {
  Watcher watcher = Make(spec);
  watcher.session->Begin();
  RunTurns();
  return watcher;
}

bool SessionTest::RunTurn() {
  if (turns_.empty()) return false;
  const ReaderPtr reader = std::move(turns_.front());
  turns_.pop_front();
  reader->TakeTurn();
  return true;
}

void SessionTest::RunTurns() {
  while (RunTurn()) {
  }
}

void SessionTest::Drain(const Watcher& watcher) {
  do {
    RunTurns();
  } while (watcher.sink->Release());
}

HubTest::HubTest() : project_(*this, {"page"}) {}

HubTest::~HubTest() {
  for (const SessionPtr& session : made_) session->Close();
  if (hub_ == nullptr) return;
  EXPECT_EQ(hub_->session_count(), 0u);
}

void HubTest::OnChanges(std::uint32_t project, absl::Span<const ChangePtr> changes) {
  for (Hub* hub : {hub_.get(), replica_.get()}) {
    if (hub != nullptr) hub->OnChanges(project, changes);
  }
}

void HubTest::StartHub(Hub::Options options, std::uint64_t epoch) {
  options.housekeeping = kLook;
  for (const SessionPtr& session : made_) session->Close();
  made_.clear();
  const store::LogHead head{project_.state.applied(), epoch};
  hub_ = std::make_unique<Hub>(options, std::vector<Hub::Project>{{"demo", &project_.state, head}},
                               project_.clock, project_.metrics);
}

void HubTest::StartReplica() {
  const store::LogHead head{project_.state.applied(), 1};
  replica_ = std::make_unique<Hub>(Hub::Options{},
                                   std::vector<Hub::Project>{{"demo", &project_.state, head}},
                                   project_.clock, project_.metrics);
}

absl::StatusOr<Watcher> HubTest::TryWatch(const WatchSpec& spec) {
  Subscription subscription;
  subscription.viewer = ViewerOf(spec);
  subscription.encoder = &encoder_;
  subscription.resume_token = spec.resume_token;
  subscription.snapshot = spec.snapshot;
  subscription.max_batch = spec.max_batch;
  subscription.validity = spec.validity;
  subscription.surface = "grpc";
  Watcher watcher;
  watcher.sink = std::make_shared<RecordingSink>(spec.mode, &pool_);
  absl::StatusOr<SessionPtr> session = hub_->Open(std::move(subscription), watcher.sink);
  if (!session.ok()) return session.status();
  watcher.session = *std::move(session);
  watcher.sink->Attach(watcher.session);
  made_.push_back(watcher.session);
  watcher.session->Begin();
  return watcher;
}

Watcher HubTest::Watch(const WatchSpec& spec) {
  absl::StatusOr<Watcher> watcher = TryWatch(spec);
  EXPECT_THAT(watcher, presences::testing::IsOk());
  return *watcher;
}

Watcher HubTest::Resume(WatchSpec spec, const std::string& token) {
  spec.resume_token = token;
  return Watch(spec);
}

void HubTest::Look(std::chrono::milliseconds time) {
  // Housekeeping ends the session whose credential expires then. It is the last in the list, and
  // the last in the queue of the one lane.
  const Watcher last = Watch({.channels = {"presences.none.delete"},
                              .snapshot = false,
                              .validity = project_.clock.Now() + time});
  project_.clock.Advance(time);
  EXPECT_TRUE(last.sink->AwaitEnd());
}

void HubTest::Pass(std::chrono::milliseconds time) {
  // Twice, since a look that was under way may have read the monotonic clock before.
  Look(time - kLook);
  Look(kLook);
}

double HubTest::Resets(const std::string& reason) {
  return project_.metrics.Value("presences_resets_total", {{"reason", reason}});
}

}  // namespace presences::hub
