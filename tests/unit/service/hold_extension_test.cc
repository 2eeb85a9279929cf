// A held record's automatic expiry moves on while it is held, and nobody hears of it.

#include "server/hub/viewer.h"
#include "tests/unit/service/hold_fixture.h"

namespace presences::service {
namespace {

using presences::testing::IsOk;
using presences::testing::UpsertOf;
using std::chrono::hours;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class HoldExtensionTest : public ::testing::Test, public HoldFixture {};

TEST_F(HoldExtensionTest, MovesTheExpiryOnceADay) {
  const PresencePtr before = *Hold(Join(), "p");
  Story();
  for (int hour = 1; hour <= 24; ++hour) Pass(hours(1));
  EXPECT_THAT(Story(), IsEmpty()) << "29 days are left";
  Pass(hours(1));
  EXPECT_THAT(Story(), ElementsAre("EXTENDED p"));
  const PresencePtr after = state.Find("p");
  EXPECT_EQ(after->expires_at(), clock.Now() + kMaxTtl);
  EXPECT_EQ(after->updated_at(), before->updated_at());
  EXPECT_GT(after->revision(), before->revision());
  EXPECT_TRUE(after->held() && after->SameContent(*before));
  Pass(hours(1));
  EXPECT_THAT(Story(), IsEmpty());
  for (int day = 0; day < 60; ++day) Pass(hours(24));
  EXPECT_GT(state.Find("p")->expires_at(), clock.Now() + kMaxTtl - hours(49));
}

TEST_F(HoldExtensionTest, LeavesTheExpiryThatAWriteNamed) {
  ASSERT_THAT(Hold(Join(), "patched"), IsOk());
  ASSERT_THAT(Hold(Join(), "put"), IsOk());
  ASSERT_THAT(Hold(Join(), "touched"), IsOk());
  UpdateInput patch;
  patch.presence_id = "patched";
  patch.expires_at = clock.Now() + hours(48);
  ASSERT_THAT(Write("u1", patch), IsOk());
  UpsertInput put = UpsertOf("put");
  put.expires_at = clock.Now() + hours(49);
  ASSERT_THAT(Write("u1", put), IsOk());
  UpdateInput touch;
  touch.presence_id = "touched";
  touch.status = "away";
  ASSERT_THAT(Write("u1", touch), IsOk());
  Story();
  Pass(hours(25));
  EXPECT_THAT(Story(), ElementsAre("EXTENDED touched"));
  // A holder's own upsert lifts the bound again.
  ASSERT_THAT(Hold(Join(), "u1", UpsertOf("patched", "back")), IsOk());
  Pass(hours(25));
  EXPECT_THAT(Story(),
              ElementsAre("UPSERTED patched back", "EXTENDED patched", "EXTENDED touched"));
}

TEST_F(HoldExtensionTest, TheBoundIsKeptOnDisk) {
  ASSERT_THAT(Hold(Join(), "p"), IsOk());
  EXPECT_FALSE(Presence::Decode(state.Find("p")->Encode())->bounded());
  UpdateInput patch;
  patch.presence_id = "p";
  patch.expires_at = clock.Now() + hours(1);
  ASSERT_THAT(Write("u1", patch), IsOk());
  const PresencePtr read = Presence::Decode(state.Find("p")->Encode());
  EXPECT_TRUE(read->held() && read->bounded());
}

TEST_F(HoldExtensionTest, RecordsThatNobodyHoldsStayAsTheyAre) {
  const auto holder = Join();
  ASSERT_THAT(Hold(holder, "p"), IsOk());
  ASSERT_THAT(Write("u1", store::ExtendInput{{"p", "absent"}}), IsOk());
  UpsertInput unheld = UpsertOf("unheld");
  unheld.expires_at = clock.Now() + hours(1);
  ASSERT_THAT(Write("u1", unheld), IsOk());
  ASSERT_THAT(Write("u1", store::ExtendInput{{"unheld"}}), IsOk());
  EXPECT_THAT(Story(), ElementsAre("UPSERTED p online", "UPSERTED unheld online"));
}

TEST_F(HoldExtensionTest, OnlyWhoDidNotSeeTheRecordIsToldOfIt) {
  ASSERT_THAT(Hold(Join(), "p"), IsOk());
  Pass(hours(25));
  const ChangePtr change = [&] {
    for (const ChangePtr& one : listener.changes()) {
      if (one->kind() == ChangeKind::kExtended) return one;
    }
    return ChangePtr();
  }();
  ASSERT_NE(change, nullptr);
  hub::Viewer viewer;
  viewer.caller = presences::testing::KeyCaller();
  viewer.channels = ChannelSet::ParseLenient(std::vector<std::string>{"presences"});
  EXPECT_EQ(viewer.ViewOf(*change), ChangeView::kHidden);
  const Change fresh(change->revision(), change->time(), change->kind(), change->cause(), nullptr,
                     change->after());
  EXPECT_EQ(viewer.FirstViewOf(fresh), ChangeView::kAsIs);
}

}  // namespace
}  // namespace presences::service
