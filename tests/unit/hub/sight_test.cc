// What a viewer is told of each change: rights, queries, channels, skip_unchanged.
#include "tests/unit/hub/hub_fixture.h"

namespace presences::hub {
namespace {

using ::testing::ElementsAre;

constexpr char kOnline[] = R"({"method":"equal","attribute":"status","values":["online"]})";

class SightTest : public SessionTest {
 protected:
  // The story after `current`, without heartbeats.
  std::vector<std::string> News(const Watcher& watcher) {
    RunTurns();
    std::vector<std::string> story = watcher.story();
    const auto current = std::find(story.begin(), story.end(), "current");
    EXPECT_NE(current, story.end());
    if (current != story.end()) story.erase(story.begin(), current + 1);
    story.erase(std::remove(story.begin(), story.end(), "heartbeat"), story.end());
    return story;
  }
};

TEST_F(SightTest, LossOfTheRightToReadIsToldOnceAndOnlyToThoseWhoHadIt) {
  project_.Put("a");
  const Watcher guest = Watch({.caller = Guest()});
  const Watcher u2 = Watch({.caller = User("u2")});
  const Watcher owner = Watch({.caller = User("u1")});
  project_.SetRead("a", {"user:u2"});
  project_.SetStatus("a", "away");
  project_.SetRead("a", {"user:u3"});
  project_.SetStatus("a", "busy");
  project_.Delete("a");
  EXPECT_THAT(News(guest), ElementsAre("REMOVED a@2 online"));
  EXPECT_THAT(News(u2), ElementsAre("UPDATED a@2 online", "UPDATED a@3 away", "REMOVED a@4 away"));
  EXPECT_THAT(News(owner), ElementsAre("UPDATED a@2 online", "UPDATED a@3 away", "UPDATED a@4 away",
                                       "UPDATED a@5 busy", "DELETED a@6 busy"));
}

TEST_F(SightTest, WhoCouldNeverReadARecordHearsNothingOfIt) {
  const Watcher guest = Watch({.caller = Guest()});
  project_.Put("a", "online", {.read = {"user:u2"}});
  project_.SetStatus("a", "away");
  project_.SetRead("a", {"users"});
  project_.Delete("a");
  project_.Put("b", "online", {.read = {}});
  project_.clock.Advance(std::chrono::seconds(90));
  project_.Expire("b");
  EXPECT_THAT(News(guest), ElementsAre());
}

TEST_F(SightTest, RemovedShowsTheLastStateThatWasVisible) {
  project_.Put("a", "harmless");
  const Watcher guest = Watch({.caller = Guest()});
  UpdateInput input;
  input.presence_id = "a";
  input.status = "secret";
  input.permissions = presences::testing::ReadPermissions({"users"});
  project_.WriteAll({input});
  EXPECT_THAT(News(guest), ElementsAre("REMOVED a@2 harmless"));
}

TEST_F(SightTest, GainingTheRightShowsTheWholeRecord) {
  project_.Put("a", "online", {.read = {"users"}});
  const Watcher guest = Watch({.caller = Guest()});
  project_.SetRead("a", {"guests"});
  EXPECT_THAT(News(guest), ElementsAre("UPDATED a@2 online"));
}

TEST_F(SightTest, ARecordThatStopsMatchingTheQueryIsRemovedOnce) {
  project_.Put("a");
  const Watcher watcher = Watch({.queries = {kOnline}});
  project_.SetStatus("a", "away");
  project_.SetStatus("a", "busy");
  project_.SetStatus("a", "online");
  project_.Put("a", "gone");
  project_.Delete("a");
  EXPECT_THAT(watcher.story(), ElementsAre("reset", "UPSERTED a@1 online", "current"));
  EXPECT_THAT(News(watcher),
              ElementsAre("REMOVED a@2 online", "UPDATED a@4 online", "REMOVED a@5 online"));
}

TEST_F(SightTest, DeleteAndExpiryAreToldApart) {
  project_.Put("a");
  project_.Put("b", "online", {.ttl = std::chrono::seconds(5)});
  const Watcher watcher = Watch();
  project_.Delete("a");
  project_.clock.Advance(std::chrono::seconds(5));
  project_.Expire("b");
  EXPECT_THAT(News(watcher), ElementsAre("DELETED a@3 online", "EXPIRED b@4 online"));
}

TEST_F(SightTest, SkipUnchangedSkipsWritesThatChangeOnlyTimes) {
  project_.Put("a");
  const Watcher every = Watch();
  const Watcher skipping = Watch({.skip_unchanged = true});
  project_.Refresh("a");
  project_.SetStatus("a", "away");
  project_.Refresh("a");
  EXPECT_THAT(News(every),
              ElementsAre("UPDATED a@2 online", "UPDATED a@3 away", "UPDATED a@4 away"));
  EXPECT_THAT(News(skipping), ElementsAre("UPDATED a@3 away"));
}

TEST_F(SightTest, SkipUnchangedStillTellsWhatAQueryOnTimesLetsIn) {
  project_.Put("a", "online", {.ttl = std::chrono::seconds(10)});
  // 2030-01-01T00:01:00Z: more than the record has now, less than it gets.
  const Watcher watcher = Watch({.queries = {R"({"method":"greaterThan","attribute":"expiresAt",)"
                                             R"("values":["2030-01-01T00:01:00.000+00:00"]})"},
                                 .skip_unchanged = true});
  project_.Refresh("a", std::chrono::seconds(80));
  project_.Refresh("a", std::chrono::seconds(85));
  project_.Refresh("a", std::chrono::seconds(5));
  EXPECT_THAT(News(watcher), ElementsAre("UPDATED a@2 online", "REMOVED a@4 online"));
}

TEST_F(SightTest, ARecordChannelNarrowsStateAndChanges) {
  project_.Put("a");
  project_.Put("b");
  const Watcher watcher = Watch({.channels = {"presences.a"}});
  project_.SetStatus("b", "away");
  project_.SetStatus("a", "away");
  project_.Delete("a");
  project_.Put("a");
  EXPECT_THAT(watcher.story(), ElementsAre("reset", "UPSERTED a@1 online", "current"));
  EXPECT_THAT(News(watcher),
              ElementsAre("UPDATED a@4 away", "DELETED a@5 away", "UPSERTED a@6 online"));
}

TEST_F(SightTest, AnActionChannelTellsThatActionAndNoState) {
  project_.Put("a");
  const Watcher updates = Watch({.channels = {"presences.update"}});
  const Watcher upserts = Watch({.channels = {"presences.upsert"}});
  const Watcher of_a = Watch({.channels = {"presences.a.update"}});
  EXPECT_THAT(updates.story(), ElementsAre("reset", "current"));
  project_.SetStatus("a", "away");
  project_.Put("b");
  project_.SetStatus("b", "away");
  project_.Delete("a");
  EXPECT_THAT(News(updates), ElementsAre("UPDATED a@2 away", "UPDATED b@4 away"));
  EXPECT_THAT(News(upserts), ElementsAre("UPSERTED b@3 online"));
  EXPECT_THAT(News(of_a), ElementsAre("UPDATED a@2 away"));
}

TEST_F(SightTest, DeleteChannelsHearEveryWayOfLeaving) {
  for (const char* id : {"a", "b", "c"}) {
    project_.Put(id, "online", {.ttl = std::chrono::seconds(9)});
  }
  const Watcher all = Watch({.caller = Guest(), .channels = {"presences.delete"}});
  const Watcher of_a = Watch({.caller = Guest(), .channels = {"presences.a.delete"}});
  const Watcher updates = Watch({.caller = Guest(), .channels = {"presences.update"}});
  project_.SetStatus("a", "away");
  project_.SetRead("a", {"users"});
  project_.Delete("b");
  project_.clock.Advance(std::chrono::seconds(9));
  project_.Expire("c");
  project_.Expire("a");
  EXPECT_THAT(News(all),
              ElementsAre("REMOVED a@5 away", "DELETED b@6 online", "EXPIRED c@7 online"));
  EXPECT_THAT(News(of_a), ElementsAre("REMOVED a@5 away"));
  EXPECT_THAT(News(updates), ElementsAre("UPDATED a@4 away"));
}

TEST_F(SightTest, ADottedIdIsNotARecordWithAnAction) {
  project_.Put("a");
  project_.Put("a.update");
  project_.Put("a.x");
  const Watcher watcher = Watch({.channels = {"presences.a.update"}});
  EXPECT_THAT(watcher.story(), ElementsAre("reset", "UPSERTED a.update@2 online", "current"));
  project_.SetStatus("a", "1");
  project_.Put("a", "2");
  project_.SetStatus("a.x", "3");
  project_.Put("a.update", "4");
  project_.Delete("a.update");
  EXPECT_THAT(News(watcher),
              ElementsAre("UPDATED a@4 1", "UPSERTED a.update@7 4", "DELETED a.update@8 4"));
}

TEST_F(SightTest, AnIdThatIsAnActionWordIsHeardBothWays) {
  project_.Put("update");
  project_.Put("a");
  const Watcher watcher = Watch({.channels = {"presences.update"}});
  EXPECT_THAT(watcher.story(), ElementsAre("reset", "UPSERTED update@1 online", "current"));
  project_.Put("update", "1");
  project_.SetStatus("a", "2");
  project_.Put("a", "3");
  project_.Delete("update");
  EXPECT_THAT(News(watcher),
              ElementsAre("UPSERTED update@3 1", "UPDATED a@4 2", "DELETED update@6 1"));
}

TEST_F(SightTest, SeveralChannelsTellAChangeOnce) {
  project_.Put("a");
  const Watcher watcher =
      Watch({.channels = {"presences.a", "presences.a.update", "presences.update", "presences"}});
  project_.SetStatus("a", "away");
  EXPECT_THAT(watcher.story(), ElementsAre("reset", "UPSERTED a@1 online", "current"));
  EXPECT_THAT(News(watcher), ElementsAre("UPDATED a@2 away"));
}

}  // namespace
}  // namespace presences::hub
