// The one order of changes, with real threads: writers, lanes, transports.
#include "absl/strings/str_cat.h"
#include "server/base/thread.h"
#include "tests/unit/hub/hub_fixture.h"

namespace presences::hub {
namespace {

using std::chrono::milliseconds;

class OrderTest : public HubTest {
 protected:
  OrderTest() { StartHub({.ring = {}, .lanes = 2}); }

  // The changes that were told after `current`.
  static std::vector<TextChange> News(const Watcher& watcher) {
    std::vector<TextChange> news;
    bool current = false;
    for (const TextFrame& frame : watcher.sink->frames()) {
      if (current) news.insert(news.end(), frame.changes.begin(), frame.changes.end());
      current = current || frame.kind == FrameKind::kCurrent;
    }
    return news;
  }
};

TEST_F(OrderTest, UnderConcurrentWritersEveryoneHearsTheOrderOfCommits) {
  constexpr int kWriters = 3;
  constexpr int kWrites = 300;
  std::vector<Watcher> watchers;
  for (int i = 0; i < 12; ++i) {
    watchers.push_back(Watch(
        {.max_batch = i % 2 == 0 ? 100u : 1u, .mode = i % 3 == 0 ? Mode::kPool : Mode::kOpen}));
  }
  for (const Watcher& watcher : watchers) EXPECT_TRUE(watcher.sink->AwaitText("current"));
  {
    std::vector<Thread> writers;
    for (int w = 0; w < kWriters; ++w) {
      writers.emplace_back(absl::StrCat("writer-", w), [this, w] {
        for (int i = 0; i < kWrites; ++i) project_.Put(absl::StrCat("r", w, "-", i % 7));
      });
    }
  }
  project_.Put("last");
  for (const Watcher& watcher : watchers) {
    EXPECT_TRUE(
        watcher.sink->AwaitText(absl::StrCat("UPSERTED last@", kWriters * kWrites + 1, " online")));
    Revision expected = 0;
    for (const TextChange& change : News(watcher)) ASSERT_EQ(change.revision, ++expected);
    EXPECT_EQ(expected, kWriters * kWrites + 1);
  }
}

// After its end a record comes back only by an upsert, and it ends once: a refresh that lost
// against the expiry is not told.
TEST_F(OrderTest, ARefreshThatRacesAnExpiryWinsOrLosesButNeverBoth) {
  const Watcher watcher = Watch();
  EXPECT_TRUE(watcher.sink->AwaitText("current"));
  for (int round = 0; round < 100; ++round) {
    project_.Put("a", absl::StrCat(round), {.ttl = milliseconds(1)});
    Thread refresher("refresher", [this] {
      UpdateInput input;
      input.presence_id = "a";
      input.expires_at = project_.clock.Now() + milliseconds(1);
      project_.TryWriteAll({input});  // refused when it comes too late
    });
    Thread expirer("expirer", [this] {
      project_.clock.Advance(milliseconds(1));
      project_.Expire("a");
    });
  }
  project_.clock.Advance(milliseconds(10));
  project_.Expire("a");
  project_.Put("last");
  EXPECT_TRUE(
      watcher.sink->AwaitText(absl::StrCat("UPSERTED last@", project_.state.applied(), " online")));
  bool alive = false;
  int ends = 0;
  for (const TextChange& change : News(watcher)) {
    EXPECT_TRUE(alive || change.type == "UPSERTED") << presences::testing::ToText(change);
    alive = change.type != "EXPIRED";
    if (!alive) ++ends;
  }
  EXPECT_GT(ends, 50);
}

}  // namespace
}  // namespace presences::hub
