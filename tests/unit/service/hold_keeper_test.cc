// When a held record goes: graces to the millisecond, several holders, refusals, restarts.

#include "server/service/hold_keeper.h"

#include <future>
#include <thread>

#include "tests/unit/service/hold_fixture.h"

namespace presences::service {
namespace {

using presences::testing::HasReason;
using presences::testing::IsOk;
using presences::testing::UpsertOf;
using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class HoldKeeperTest : public ::testing::Test, public HoldFixture {};

TEST_F(HoldKeeperTest, ACleanPartingRemovesAtOnce) {
  const auto holder = Join();
  ASSERT_THAT(Hold(holder, "p"), IsOk());
  EXPECT_TRUE(state.Find("p")->held());
  EXPECT_TRUE(HeldBecomes(1));
  keeper->Leave(holder, Parting::kClean);
  Settle();
  EXPECT_THAT(Story(), ElementsAre("UPSERTED p online", "DELETED p connection"));
  EXPECT_TRUE(HeldBecomes(0));
}

TEST_F(HoldKeeperTest, OtherPartingsHaveTheirGraceToTheMillisecond) {
  for (const auto& [parting, grace] : {std::pair(Parting::kNavigation, kNavigationGrace),
                                       std::pair(Parting::kLost, kConnectionGrace)}) {
    const auto holder = Join();
    ASSERT_THAT(Hold(holder, "p"), IsOk());
    keeper->Leave(holder, parting);
    Pass(grace - milliseconds(1));
    EXPECT_TRUE(Has("p")) << "one millisecond before";
    EXPECT_TRUE(HeldBecomes(1)) << "still counted";
    Pass(milliseconds(1));
    EXPECT_FALSE(Has("p"));
    EXPECT_TRUE(HeldBecomes(0));
  }
}

TEST_F(HoldKeeperTest, ATakeoverWithinTheGraceIsSilent) {
  const auto first = Join();
  const PresencePtr record = *Hold(first, "p");
  keeper->Leave(first, Parting::kLost);
  Pass(kConnectionGrace - milliseconds(1));
  const auto second = Join();
  const auto again = Hold(second, "p");
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(*again, record) << "the very same record, $updatedAt and all";
  Pass(kConnectionGrace * 10);
  EXPECT_THAT(Story(), ElementsAre("UPSERTED p online"));
  keeper->Leave(second, Parting::kClean);
  Settle();
  EXPECT_THAT(Story(), ElementsAre("DELETED p connection"));
}

TEST_F(HoldKeeperTest, ATakeoverWithOtherContentIsAnUpsert) {
  const auto first = Join();
  ASSERT_THAT(Hold(first, "p"), IsOk());
  keeper->Leave(first, Parting::kLost);
  ASSERT_THAT(Hold(Join(), "u1", UpsertOf("p", "away")), IsOk());
  Pass(kConnectionGrace * 2);
  EXPECT_THAT(Story(), ElementsAre("UPSERTED p online", "UPSERTED p away"));
}

TEST_F(HoldKeeperTest, TheLastOneOutRemovesIt) {
  const auto first = Join();
  const auto second = Join();
  ASSERT_THAT(Hold(first, "p"), IsOk());
  ASSERT_THAT(Hold(second, "p"), IsOk());
  keeper->Leave(first, Parting::kClean);
  Pass(kConnectionGrace * 2);
  EXPECT_THAT(Story(), ElementsAre("UPSERTED p online"));
  keeper->Leave(second, Parting::kLost);
  Pass(kConnectionGrace - milliseconds(1));
  EXPECT_THAT(Story(), IsEmpty());
  Pass(milliseconds(1));
  EXPECT_THAT(Story(), ElementsAre("DELETED p connection"));
}

TEST_F(HoldKeeperTest, OneRecordIsReleasedAlone) {
  const auto holder = Join();
  ASSERT_THAT(Hold(holder, "a"), IsOk());
  ASSERT_THAT(Hold(holder, "b"), IsOk());
  EXPECT_FALSE(keeper->Release(holder, "c")) << "never held";
  EXPECT_FALSE(keeper->Release(Join(), "a")) << "held by another";
  EXPECT_TRUE(keeper->Release(holder, "a"));
  EXPECT_FALSE(keeper->Release(holder, "a")) << "no longer held";
  Settle();
  EXPECT_FALSE(Has("a"));
  EXPECT_TRUE(Has("b"));
}

TEST_F(HoldKeeperTest, AHolderThatGaveUpAllMayHoldAgain) {
  const auto holder = Join();
  ASSERT_THAT(Hold(holder, "u1", UpsertOf("mine")), IsOk());
  keeper->ReleaseAll(holder, Parting::kClean);
  Settle();
  EXPECT_FALSE(Has("mine"));
  ASSERT_THAT(Hold(holder, "u2", UpsertOf("yours")), IsOk());
  Pass(kConnectionGrace * 2);
  EXPECT_TRUE(Has("yours"));
  keeper->Leave(holder, Parting::kClean);
  Settle();
  EXPECT_FALSE(Has("yours"));
}

TEST_F(HoldKeeperTest, ARefusedHoldLeavesNothingBehind) {
  const auto owner = Join();
  const auto stranger = Join();
  ASSERT_THAT(Hold(owner, "p"), IsOk());
  EXPECT_THAT(Hold(stranger, "u2", UpsertOf("p")), HasReason(Reason::kPresenceAlreadyExists, "p"));
  EXPECT_FALSE(keeper->Release(stranger, "p"));
  keeper->Leave(owner, Parting::kClean);
  Settle();
  EXPECT_FALSE(Has("p")) << "the stranger did not become a holder";
}

TEST_F(HoldKeeperTest, RefusedHoldsNeitherShortenNorLengthenAGrace) {
  const auto owner = Join();
  ASSERT_THAT(Hold(owner, "p"), IsOk());
  keeper->Leave(owner, Parting::kLost);
  Pass(milliseconds(2000));
  // Two at once, of which one is gone before it is answered.
  log.Hold();
  std::thread submitter([&] { EXPECT_THAT(Write("u3", UpsertOf("q")), IsOk()); });
  log.AwaitHeldAppend();
  std::promise<bool> refused[2];
  const HoldKeeper::HolderId strangers[2] = {Join(), Join()};
  for (int i = 0; i < 2; ++i) {
    keeper->Hold(strangers[i], presences::testing::UserCaller("u2"), UpsertOf("p"),
                 [&refused, i](const auto& result) { refused[i].set_value(!result.ok()); });
  }
  keeper->Leave(strangers[0], Parting::kLost);
  log.Release();
  submitter.join();
  EXPECT_TRUE(refused[0].get_future().get());
  EXPECT_TRUE(refused[1].get_future().get());
  Pass(milliseconds(2999));
  EXPECT_TRUE(Has("p"));
  Pass(milliseconds(1));
  EXPECT_FALSE(Has("p"));
}

TEST_F(HoldKeeperTest, ARefusedRepetitionDoesNotEndTheHold) {
  const auto holder = Join();
  ASSERT_THAT(Hold(holder, "p"), IsOk());
  log.Break();
  EXPECT_FALSE(Hold(holder, "u1", UpsertOf("p", "away")).ok());
  log.Repair();
  Pass(kConnectionGrace * 2);
  EXPECT_TRUE(Has("p"));
}

TEST_F(HoldKeeperTest, AReleaseThatTheLogRefusesIsTriedAgain) {
  const auto holder = Join();
  ASSERT_THAT(Hold(holder, "p"), IsOk());
  log.Break();
  keeper->Leave(holder, Parting::kClean);
  while (committer.log_status().ok()) std::this_thread::yield();
  EXPECT_TRUE(Has("p"));
  log.Repair();
  while (!Write("u9", UpsertOf("probe")).ok()) std::this_thread::yield();
  for (int i = 0; i < 20 && Has("p"); ++i) Pass(milliseconds(1000));
  EXPECT_FALSE(Has("p"));
  EXPECT_TRUE(HeldBecomes(0));
}

TEST_F(HoldKeeperTest, RecordsOfBeforeGetOneGrace) {
  const auto holder = Join();
  ASSERT_THAT(Hold(holder, "back"), IsOk());
  ASSERT_THAT(Hold(holder, "gone"), IsOk());
  ASSERT_THAT(Write("u1", UpsertOf("unheld")), IsOk());
  keeper->Freeze();
  keeper->Leave(holder, Parting::kClean);
  StartKeeper();
  EXPECT_TRUE(HeldBecomes(2));
  ASSERT_THAT(Hold(Join(), "back"), IsOk());
  Pass(kConnectionGrace - milliseconds(1));
  EXPECT_TRUE(Has("gone"));
  Pass(milliseconds(1));
  EXPECT_FALSE(Has("gone"));
  EXPECT_TRUE(Has("back"));
  EXPECT_TRUE(Has("unheld"));
}

TEST_F(HoldKeeperTest, FrozenItReleasesNothing) {
  const auto holder = Join();
  ASSERT_THAT(Hold(holder, "p"), IsOk());
  keeper->Freeze();
  keeper->Leave(holder, Parting::kClean);
  clock.Advance(kConnectionGrace * 2);
  keeper->Stop();
  committer.Stop();
  EXPECT_TRUE(Has("p"));
}

TEST_F(HoldKeeperTest, AHolderThatLeftHoldsNothing) {
  const auto holder = Join();
  keeper->Leave(holder, Parting::kLost);
  EXPECT_THAT(Hold(holder, "p"), HasReason(Reason::kGeneralBadRequest, "has ended"));
  EXPECT_FALSE(Has("p"));
}

TEST_F(HoldKeeperTest, AHolderThatLeavesBeforeItIsAnsweredLeavesNoGhost) {
  log.Hold();
  std::promise<void> answered;
  const auto holder = Join();
  std::thread submitter([&] {
    keeper->Hold(holder, presences::testing::UserCaller("u1"), UpsertOf("p"),
                 [&](const auto&) { answered.set_value(); });
  });
  log.AwaitHeldAppend();
  keeper->Leave(holder, Parting::kClean);
  log.Release();
  submitter.join();
  answered.get_future().get();
  Settle();
  EXPECT_FALSE(Has("p"));
  EXPECT_TRUE(HeldBecomes(0));
}

TEST_F(HoldKeeperTest, ADeletedRecordsHolderHasNoPartInTheNext) {
  const auto first = Join();
  ASSERT_THAT(Hold(first, "p"), IsOk());
  ASSERT_THAT(Write("u1", DeleteInput{"p", {}}), IsOk());
  const auto second = Join();
  ASSERT_THAT(Hold(second, "u2", UpsertOf("p")), IsOk());
  keeper->Leave(second, Parting::kClean);
  Settle();
  EXPECT_FALSE(Has("p"));
  keeper->Leave(first, Parting::kClean);
  Settle();
  EXPECT_TRUE(HeldBecomes(0));
}

TEST_F(HoldKeeperTest, ARecordThatIsNoLongerHeldStays) {
  const auto holder = Join();
  ASSERT_THAT(Hold(holder, "p"), IsOk());
  ASSERT_THAT(Write("u1", DeleteInput{"p", {}}), IsOk());
  ASSERT_THAT(Write("u1", UpsertOf("p")), IsOk());
  keeper->Leave(holder, Parting::kClean);
  Settle();
  EXPECT_TRUE(Has("p")) << "written by a call, not by the connection";
}

class PerUserHoldTest : public ::testing::Test, public HoldFixture {
 protected:
  PerUserHoldTest() : HoldFixture(Identity::kPerUser) {}
};

TEST_F(PerUserHoldTest, HoldsTheRecordThatTheUserHas) {
  const auto first = Join();
  const auto second = Join();
  ASSERT_THAT(Hold(first, "a"), IsOk());
  const auto record = Hold(second, "b");
  ASSERT_THAT(record, IsOk());
  EXPECT_EQ((*record)->id(), "a");
  EXPECT_TRUE(HeldBecomes(1));
  keeper->Leave(first, Parting::kClean);
  Settle();
  EXPECT_TRUE(Has("a"));
  EXPECT_FALSE(keeper->Release(second, "b"));
  EXPECT_TRUE(keeper->Release(second, "a")) << "by the id that was answered";
  Settle();
  EXPECT_FALSE(Has("a"));
  EXPECT_TRUE(HeldBecomes(0));
}

TEST_F(PerUserHoldTest, AnExpiredRecordGivesWayToANewId) {
  ASSERT_THAT(Write("u1", UpsertOf("a")), IsOk());
  clock.Advance(std::chrono::seconds(90));
  const auto holder = Join();
  const auto record = Hold(holder, "b");
  ASSERT_THAT(record, IsOk());
  EXPECT_EQ((*record)->id(), "b");
  keeper->Leave(holder, Parting::kClean);
  Settle();
  EXPECT_FALSE(Has("b"));
  EXPECT_TRUE(HeldBecomes(0));
}

}  // namespace
}  // namespace presences::service
