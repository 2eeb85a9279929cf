#include "client/presence_view.h"

#include <algorithm>
#include <map>
#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/seed.h"

namespace presences::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = StreamEvent::Kind;

Change Make(ChangeType type, const std::string& id, const std::string& status = "online") {
  return {.type = type, .presence = {.id = id, .status = status}};
}
StreamEvent Changes(std::vector<Change> changes) {
  return {.kind = Kind::kChanges, .changes = std::move(changes)};
}
std::vector<std::string> Ids(const std::vector<Presence>& records) {
  std::vector<std::string> ids;
  for (const Presence& record : records) ids.push_back(record.id);
  return ids;
}

class PresenceViewTest : public ::testing::Test {
 protected:
  PresenceViewTest() {
    view_.Apply({.kind = Kind::kReset});
    view_.Apply(Changes({Make(ChangeType::kUpserted, "a"), Make(ChangeType::kUpserted, "b")}));
    view_.Apply({.kind = Kind::kCurrent});
  }
  PresenceView view_;
};

TEST_F(PresenceViewTest, HoldsTheStateWhenCurrent) {
  EXPECT_TRUE(view_.is_current());
  EXPECT_THAT(Ids(view_.Records()), ElementsAre("a", "b"));
}

TEST_F(PresenceViewTest, LosesARecordInEveryWayItCanLeave) {
  for (const ChangeType type : {ChangeType::kDeleted, ChangeType::kExpired, ChangeType::kRemoved}) {
    view_.Apply(Changes({Make(ChangeType::kUpserted, "x")}));
    ASSERT_NE(view_.Find("x"), nullptr);
    view_.Apply(Changes({Make(type, "x")}));
    EXPECT_EQ(view_.Find("x"), nullptr);
  }
  view_.Apply(Changes({Make(ChangeType::kUpdated, "a", "away")}));
  EXPECT_EQ(view_.Find("a")->status, "away");
}

TEST_F(PresenceViewTest, KeepsStaleRecordsUntilCurrentThenDropsTheUnnamed) {
  view_.Apply({.kind = Kind::kReset});
  EXPECT_FALSE(view_.is_current());
  EXPECT_THAT(Ids(view_.Records()), ElementsAre("a", "b"));
  view_.Apply(Changes({Make(ChangeType::kUpserted, "b", "away")}));
  EXPECT_THAT(Ids(view_.Apply({.kind = Kind::kCurrent})), ElementsAre("a"));
  EXPECT_TRUE(view_.is_current());
  EXPECT_THAT(Ids(view_.Records()), ElementsAre("b"));
  EXPECT_EQ(view_.Find("b")->status, "away");
}

TEST_F(PresenceViewTest, AResetDuringTheStateBeginsTheStateAnew) {
  view_.Apply({.kind = Kind::kReset});
  view_.Apply(Changes({Make(ChangeType::kUpserted, "a")}));
  view_.Apply({.kind = Kind::kReset});  // what was named before it is stale again
  view_.Apply(Changes({Make(ChangeType::kUpserted, "b")}));
  EXPECT_THAT(Ids(view_.Apply({.kind = Kind::kCurrent})), ElementsAre("a"));
}

TEST_F(PresenceViewTest, ARecordThatLeavesBetweenResetAndCurrentIsNotDroppedTwice) {
  view_.Apply({.kind = Kind::kReset});
  view_.Apply(Changes({Make(ChangeType::kUpserted, "a"), Make(ChangeType::kExpired, "a"),
                       Make(ChangeType::kUpserted, "b")}));
  EXPECT_THAT(view_.Apply({.kind = Kind::kCurrent}), IsEmpty());
  EXPECT_THAT(Ids(view_.Records()), ElementsAre("b"));
}

TEST_F(PresenceViewTest, AResumedStreamsCurrentDropsNothing) {
  view_.Apply(Changes({Make(ChangeType::kUpserted, "c")}));
  EXPECT_THAT(view_.Apply({.kind = Kind::kCurrent}), IsEmpty());
  EXPECT_EQ(view_.size(), 3u);
}

TEST_F(PresenceViewTest, HeartbeatsChangeNothing) {
  view_.Apply({.kind = Kind::kReset});
  view_.Apply({.kind = Kind::kHeartbeat});
  view_.Apply({.kind = Kind::kGoingAway});
  EXPECT_FALSE(view_.is_current());
  EXPECT_EQ(view_.size(), 2u);
}

// A model of the server: random writes, and at random moments a reset with the state in random
// order, into which live changes fall. A current view equals the server's state.
TEST(PresenceViewModelTest, EqualsTheServerWheneverItIsCurrent) {
  std::mt19937_64 random(presences::testing::TestSeed());
  std::map<std::string, std::string> server;
  PresenceView view;
  const auto write = [&] {
    const std::string id = std::to_string(random() % 20);
    if (random() % 3 == 0) {
      // Only what was there is told to have gone.
      if (server.erase(id) > 0) view.Apply(Changes({Make(ChangeType::kExpired, id)}));
    } else {
      server[id] = std::to_string(random() % 100);
      view.Apply(Changes({Make(ChangeType::kUpserted, id, server[id])}));
    }
  };
  for (int round = 0; round < 300; ++round) {
    // Unseen writes: the stream was away.
    for (int i = 0; i < 5; ++i) server[std::to_string(random() % 20)] = "unseen";
    if (random() % 2 == 0 && !server.empty()) server.erase(server.begin());
    view.Apply({.kind = Kind::kReset});
    std::vector<std::pair<std::string, std::string>> state(server.begin(), server.end());
    std::shuffle(state.begin(), state.end(), random);
    if (random() % 4 == 0) {  // cut off, and begun anew
      state.resize(state.size() / 2);
      for (const auto& [id, status] : state) {
        view.Apply(Changes({Make(ChangeType::kUpserted, id, status)}));
      }
      continue;
    }
    for (const auto& [id, status] : state) {
      view.Apply(Changes({Make(ChangeType::kUpserted, id, status)}));
    }
    for (int i = 0; i < 5; ++i) write();
    view.Apply({.kind = Kind::kCurrent});
    for (int i = 0; i < 5; ++i) write();
    std::map<std::string, std::string> seen;
    for (const Presence& record : view.Records()) seen[record.id] = record.status;
    ASSERT_EQ(seen, server) << "round " << round;
  }
}

}  // namespace
}  // namespace presences::client
