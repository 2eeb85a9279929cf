#include "server/store/state.h"

#include "gmock/gmock.h"
#include "tests/support/store_harness.h"

namespace presences::store {
namespace {

using presences::testing::kEpoch2030;
using presences::testing::MakeRecord;
using presences::testing::RecordSpec;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

const Attribute kUser{Attribute::Kind::kUserId, ""};
const Attribute kStatus{Attribute::Kind::kStatus, ""};
const Attribute kPage{Attribute::Kind::kMetadata, "page"};

std::vector<std::string> IdsOf(const std::vector<PresencePtr>& records) {
  std::vector<std::string> ids;
  for (const PresencePtr& record : records) ids.emplace_back(record->id());
  return ids;
}

class StateTest : public ::testing::Test {
 protected:
  StateTest() {
    rules_.indexed_metadata = {"page"};
    state_ = std::make_unique<State>(rules_);
  }

  // Writes a record as the committer would; keeps the creation of an existing one.
  void Put(RecordSpec spec) {
    const PresencePtr before = state_->Find(spec.id);
    spec.revision = ++revision_;
    spec.created_revision = before ? before->created_revision() : revision_;
    Apply(ChangeKind::kUpserted, before, MakeRecord(spec));
  }
  void Remove(const std::string& id) {
    ++revision_;
    Apply(ChangeKind::kDeleted, state_->Find(id), nullptr);
  }
  void Apply(ChangeKind kind, PresencePtr before, PresencePtr after) {
    const ChangePtr change = std::make_shared<const Change>(
        revision_, kEpoch2030, kind, DeleteCause::kNone, std::move(before), std::move(after));
    state_->Apply({change});
  }
  std::vector<std::string> Scan(const ScanPlan& plan) {
    return IdsOf(state_->Scan(plan, 0, 1000).records);
  }
  static RecordSpec Of(const std::string& id, const std::string& user,
                       const std::string& status = "online", const std::string& metadata = "{}") {
    RecordSpec spec;
    spec.id = id;
    spec.user = user;
    spec.status = status;
    spec.metadata = metadata;
    return spec;
  }

  ProjectRules rules_;
  std::unique_ptr<State> state_;
  Revision revision_ = 0;
};

TEST_F(StateTest, FindsTheNewestVersion) {
  Put(Of("p1", "u1", "online"));
  Put(Of("p1", "u1", "away"));
  ASSERT_TRUE(state_->Find("p1"));
  EXPECT_EQ(state_->Find("p1")->status(), "away");
  EXPECT_FALSE(state_->Find("p2"));
  EXPECT_EQ(state_->size(), 1u);
  EXPECT_EQ(state_->applied(), 2);
}

TEST_F(StateTest, UsersAndValuesListTheirRecordsInCreationOrder) {
  Put(Of("b", "u1", "online", R"({"page":"home"})"));
  Put(Of("a", "u2", "online", R"({"page":"home"})"));
  Put(Of("c", "u1", "away", R"({"page":1})"));
  Put(Of("b", "u1", "away"));  // a new version does not move in the order
  EXPECT_THAT(Scan({}), ElementsAre("b", "a", "c"));
  EXPECT_THAT(IdsOf(state_->FindByUser("u1")), ElementsAre("b", "c"));
  EXPECT_THAT(Scan({kStatus, "away"}), ElementsAre("b", "c"));
  EXPECT_THAT(Scan({kStatus, "online"}), ElementsAre("a"));
  EXPECT_THAT(Scan({kPage, "shome"}), ElementsAre("a"));
  EXPECT_THAT(Scan({kPage, "s1"}), IsEmpty());
  EXPECT_EQ(state_->CountOf({kStatus, "away"}), 2u);
  EXPECT_EQ(state_->CountOf({kUser, "nobody"}), 0u);
  EXPECT_THAT(state_->Groups(kUser, 10), UnorderedElementsAre(Pair("u1", 2), Pair("u2", 1)));
  EXPECT_EQ(state_->Groups(kUser, 1).size(), 1u);
}

TEST_F(StateTest, ChangedOwnerMovesBetweenUsers) {
  Put(Of("p1", "u1"));
  Put(Of("p2", "u1"));
  Put(Of("p1", "u2"));
  EXPECT_THAT(IdsOf(state_->FindByUser("u1")), ElementsAre("p2"));
  EXPECT_THAT(IdsOf(state_->FindByUser("u2")), ElementsAre("p1"));
}

TEST_F(StateTest, OnlyConfiguredPathsHaveAnIndex) {
  EXPECT_TRUE(state_->HasIndex(kUser));
  EXPECT_TRUE(state_->HasIndex(kStatus));
  EXPECT_TRUE(state_->HasIndex(kPage));
  EXPECT_FALSE(state_->HasIndex({Attribute::Kind::kMetadata, "other"}));
  EXPECT_FALSE(state_->HasIndex({Attribute::Kind::kCreatedAt, ""}));
}

TEST_F(StateTest, ScanGoesOnWhereItStopped) {
  for (const char* id : {"a", "b", "c", "d", "e"}) Put(Of(id, "u1"));
  const ScanPlan plan{kUser, "u1"};
  const ScanChunk first = state_->Scan(plan, 0, 2);
  EXPECT_THAT(IdsOf(first.records), ElementsAre("a", "b"));
  EXPECT_FALSE(first.done);
  const ScanChunk second = state_->Scan(plan, first.next_after, 2);
  EXPECT_THAT(IdsOf(second.records), ElementsAre("c", "d"));
  const ScanChunk third = state_->Scan(plan, second.next_after, 2);
  EXPECT_THAT(IdsOf(third.records), ElementsAre("e"));
  EXPECT_TRUE(third.done);
}

TEST_F(StateTest, IdUsedAgainIsANewRecordAtTheEnd) {
  Put(Of("a", "u1"));
  Put(Of("b", "u1"));
  Remove("a");
  Put(Of("a", "u1"));
  EXPECT_THAT(Scan({}), ElementsAre("b", "a"));
  EXPECT_THAT(IdsOf(state_->FindByUser("u1")), ElementsAre("b", "a"));
}

TEST_F(StateTest, LoadedRecordsAreIndexedInCreationOrder) {
  for (const Revision created : {3, 1, 2}) {
    RecordSpec spec = Of(absl::StrCat("p", created), "u1");
    spec.created_revision = created;
    spec.revision = created + 10;
    state_->Load(MakeRecord(spec));
  }
  state_->LoadedUpTo(20);
  EXPECT_EQ(state_->applied(), 20);
  EXPECT_THAT(Scan({}), ElementsAre("p1", "p2", "p3"));
  EXPECT_THAT(Scan({kStatus, "online"}), ElementsAre("p1", "p2", "p3"));
  EXPECT_EQ(state_->TakeExpired(kEpoch2030 + seconds(90), 10).size(), 3u);
}

TEST_F(StateTest, ExpiredIsNamedOnce) {
  Put(Of("p1", "u1"));
  EXPECT_THAT(state_->TakeExpired(kEpoch2030 + milliseconds(89'999), 10), IsEmpty());
  const TimePoint due = kEpoch2030 + seconds(90);
  EXPECT_THAT(state_->TakeExpired(due, 10), ElementsAre("p1"));
  EXPECT_THAT(state_->TakeExpired(due + seconds(5), 10), IsEmpty());
}

TEST_F(StateTest, CountsWithoutAVisitUnlessSomethingIsPastItsExpiry) {
  Put(Of("p1", "u1"));
  Put(Of("p2", "u2"));
  const TimePoint due = kEpoch2030 + seconds(90);
  EXPECT_EQ(state_->LiveCountOf({}, due - milliseconds(1)), 2u);
  EXPECT_EQ(state_->LiveCountOf({kUser, "u1"}, due - milliseconds(1)), 1u);
  EXPECT_EQ(state_->LiveCountOf({}, due), std::nullopt) << "both are still in the indexes";
  EXPECT_EQ(state_->TakeExpired(due, 10).size(), 2u);
  EXPECT_EQ(state_->LiveCountOf({}, due), std::nullopt) << "named, not removed";
  state_->Rearm({"p1", "p2"}, due + seconds(1));
  EXPECT_EQ(state_->LiveCountOf({}, due + milliseconds(5)), std::nullopt) << "waits for the log";
  Remove("p1");
  RecordSpec refreshed = Of("p2", "u2");
  refreshed.expires_at = due + seconds(60);
  Put(refreshed);
  EXPECT_EQ(state_->LiveCountOf({}, due + seconds(2)), 1u);
}

TEST_F(StateTest, RearmedIsNamedAgainAfterTheDelay) {
  Put(Of("p1", "u1"));
  const TimePoint due = kEpoch2030 + seconds(90);
  EXPECT_THAT(state_->TakeExpired(due, 10), ElementsAre("p1"));
  state_->Rearm({"p1", "gone"}, due + milliseconds(200));
  EXPECT_THAT(state_->TakeExpired(due + milliseconds(199), 10), IsEmpty());
  EXPECT_THAT(state_->TakeExpired(due + milliseconds(200), 10), ElementsAre("p1"));
}

TEST_F(StateTest, RefreshAfterBeingNamedWaitsForTheNewTime) {
  Put(Of("p1", "u1"));
  EXPECT_THAT(state_->TakeExpired(kEpoch2030 + seconds(90), 10), ElementsAre("p1"));
  RecordSpec refreshed = Of("p1", "u1");
  refreshed.expires_at = kEpoch2030 + seconds(180);
  Put(refreshed);
  EXPECT_THAT(state_->TakeExpired(kEpoch2030 + seconds(179), 10), IsEmpty());
  EXPECT_THAT(state_->TakeExpired(kEpoch2030 + seconds(180), 10), ElementsAre("p1"));
}

TEST_F(StateTest, TakesAtMostWhatWasAskedFor) {
  for (int i = 0; i < 5000; ++i) Put(Of(absl::StrCat("p", i), "u1"));
  std::size_t taken = 0;
  const TimePoint due = kEpoch2030 + seconds(90);
  for (;;) {
    const std::size_t batch = state_->TakeExpired(due, 700).size();
    if (batch == 0) break;
    EXPECT_LE(batch, 700u);
    taken += batch;
  }
  EXPECT_EQ(taken, 5000u);
}

TEST_F(StateTest, CountsItsMemory) {
  const std::size_t empty = state_->memory_bytes();
  Put(Of("p1", "u1", "online", R"({"text":")" + std::string(10'000, 'x') + R"("})"));
  EXPECT_GT(state_->memory_bytes(), empty + 10'000);
  Remove("p1");
  EXPECT_LT(state_->memory_bytes(), empty + 10'000);
}

}  // namespace
}  // namespace presences::store
