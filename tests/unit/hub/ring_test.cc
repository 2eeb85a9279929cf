#include "server/hub/ring.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/support/store_harness.h"

namespace presences::hub {
namespace {

using presences::testing::MakeRecord;

ChangePtr MakeChange(Revision revision, std::size_t padding = 0) {
  const std::string metadata = absl::StrCat("{\"a\":\"", std::string(padding, 'x'), "\"}");
  return std::make_shared<const Change>(
      revision, TimePoint(), ChangeKind::kUpserted, DeleteCause::kNone, nullptr,
      MakeRecord({.metadata = metadata, .revision = revision, .created_revision = revision}));
}

std::vector<Revision> Revisions(const std::vector<ChangePtr>& changes) {
  std::vector<Revision> revisions;
  for (const ChangePtr& change : changes) revisions.push_back(change->revision());
  return revisions;
}

TEST(ChangeRingTest, AnEmptyRingBeginsAfterTheHead) {
  const ChangeRing ring({}, 41);
  EXPECT_EQ(ring.floor(), 41);
  EXPECT_EQ(ring.head(), 41);
  EXPECT_TRUE(ring.After(41, 10).empty());
}

TEST(ChangeRingTest, AnswersWhatComesAfterACursorAlsoAcrossGaps) {
  ChangeRing ring({}, 0);
  for (const Revision revision : {1, 2, 5, 6}) ring.Append(MakeChange(revision));
  EXPECT_EQ(Revisions(ring.After(0, 10)), (std::vector<Revision>{1, 2, 5, 6}));
  EXPECT_EQ(Revisions(ring.After(0, 2)), (std::vector<Revision>{1, 2}));
  EXPECT_EQ(Revisions(ring.After(2, 10)), (std::vector<Revision>{5, 6}));
  EXPECT_EQ(Revisions(ring.After(3, 10)), (std::vector<Revision>{5, 6}));
  EXPECT_TRUE(ring.After(6, 10).empty());
}

TEST(ChangeRingTest, TheFloorIsTheNewestChangeThatLeft) {
  ChangeRing ring({.changes = 3}, 10);
  for (Revision revision = 11; revision <= 13; ++revision) ring.Append(MakeChange(revision));
  EXPECT_EQ(ring.floor(), 10);
  ring.Append(MakeChange(14));
  EXPECT_EQ(ring.floor(), 11);
  EXPECT_EQ(Revisions(ring.After(11, 10)), (std::vector<Revision>{12, 13, 14}));
}

TEST(ChangeRingTest, IsBoundInBytesButKeepsTheNewestChange) {
  ChangeRing ring({.changes = 1000, .bytes = 100'000}, 0);
  for (Revision revision = 1; revision <= 100; ++revision) ring.Append(MakeChange(revision, 5'000));
  EXPECT_LE(ring.After(ring.floor(), 1000).size(), 5u);
  ring.Append(MakeChange(101, 60'000));
  EXPECT_EQ(Revisions(ring.After(ring.floor(), 1000)), (std::vector<Revision>{101}));
}

TEST(ChangeRingDeathTest, ARevisionThatGoesBackIsABug) {
  ChangeRing ring({}, 5);
  EXPECT_DEATH(ring.Append(MakeChange(5)), "");
}

}  // namespace
}  // namespace presences::hub
