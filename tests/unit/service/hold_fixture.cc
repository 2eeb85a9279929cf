#include "tests/unit/service/hold_fixture.h"

#include <future>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace presences::service {
namespace {

using presences::testing::Commit;
using presences::testing::UpsertOf;
using presences::testing::UserCaller;

constexpr char kMarker[] = "marker";

std::string ToText(const Change& change) {
  const Presence& record = change.record();
  switch (change.kind()) {
    case ChangeKind::kUpserted:
      return absl::StrCat("UPSERTED ", record.id(), " ", record.status());
    case ChangeKind::kUpdated:
      return absl::StrCat("UPDATED ", record.id(), " ", record.status());
    case ChangeKind::kExtended:
      return absl::StrCat("EXTENDED ", record.id());
    case ChangeKind::kExpired:
      return absl::StrCat("EXPIRED ", record.id());
    case ChangeKind::kDeleted:
      break;
  }
  return absl::StrCat("DELETED ", record.id(),
                      change.cause() == DeleteCause::kConnection ? " connection" : " call");
}

}  // namespace

HoldFixture::HoldFixture(Identity identity, bool log_blocks)
    : rules{"demo", identity, std::chrono::seconds(90), {}, 0},
      log(log_blocks),
      state(rules),
      committer({1024, std::chrono::hours(1000)}, log, {{&rules, &state, {0, 7}}}, listener, clock,
                Metrics::None()) {
  StartKeeper();
}

HoldFixture::~HoldFixture() {
  keeper->Stop();
  committer.Stop();
}

void HoldFixture::StartKeeper() {
  keeper.reset();
  keeper = std::make_unique<HoldKeeper>(
      std::vector<HoldKeeper::Project>{{&state, kConnectionGrace, kNavigationGrace,
                                        rules.identity == Identity::kPerUser, "demo"}},
      committer, clock, metrics);
}

absl::StatusOr<PresencePtr> HoldFixture::Hold(HoldKeeper::HolderId holder, const std::string& user,
                                              UpsertInput input) {
  auto answer = std::make_shared<std::promise<absl::StatusOr<PresencePtr>>>();
  keeper->Hold(
      holder, UserCaller(user), std::move(input),
      [answer](absl::StatusOr<PresencePtr> result) { answer->set_value(std::move(result)); });
  return answer->get_future().get();
}

absl::StatusOr<PresencePtr> HoldFixture::Write(const std::string& user,
                                               store::Operation operation) {
  return Commit(committer, UserCaller(user), std::move(operation));
}

void HoldFixture::Pass(std::chrono::milliseconds time) {
  clock.Advance(time);
  Settle();
}

void HoldFixture::Settle() {
  // The keeper takes what has lapsed in the order of time, so a record that lapses now is the last.
  const std::string id = absl::StrCat(kMarker, ++markers_);
  const HoldKeeper::HolderId holder = Join();
  ASSERT_TRUE(Hold(holder, kMarker, UpsertOf(id)).ok());
  keeper->Leave(holder, Parting::kClean);
  for (std::size_t seen = 0;;) {
    const std::vector<ChangePtr> changes = listener.Await(seen + 1);
    for (; seen < changes.size(); ++seen) {
      if (changes[seen]->record().id() == id && !changes[seen]->after()) return;
    }
  }
}

bool HoldFixture::HeldBecomes(int count) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (metrics.Value("presences_holds", {{"project", "demo"}}) != count) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

std::vector<std::string> HoldFixture::Story() {
  const std::vector<ChangePtr> changes = listener.changes();
  std::vector<std::string> story;
  for (; told_ < changes.size(); ++told_) {
    const Change& change = *changes[told_];
    if (!absl::StartsWith(change.record().id(), kMarker)) story.push_back(ToText(change));
  }
  return story;
}

}  // namespace presences::service
