// State against a plain map, under random schedules.
#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "gmock/gmock.h"
#include "server/store/state.h"
#include "tests/support/seed.h"
#include "tests/support/store_harness.h"

namespace presences::store {
namespace {

using presences::testing::kEpoch2030;
using presences::testing::MakeRecord;
using presences::testing::RecordSpec;
using presences::testing::TestSeed;
using std::chrono::milliseconds;

const Attribute kUser{Attribute::Kind::kUserId, ""};
const Attribute kStatus{Attribute::Kind::kStatus, ""};
const Attribute kPage{Attribute::Kind::kMetadata, "page"};

class StateModelTest : public ::testing::Test {
 protected:
  StateModelTest() : random_(TestSeed()) {
    rules_.indexed_metadata = {"page"};
    state_ = std::make_unique<State>(rules_);
  }

  int Pick(int n) { return std::uniform_int_distribution<>(0, n - 1)(random_); }

  PresencePtr RandomVersion(const std::string& id, const PresencePtr& before) {
    static const char* const kPages[] = {"{}", R"({"page":"a"})", R"({"page":"b","x":1})",
                                         R"({"page":1})", R"({"page":[1]})"};
    RecordSpec spec;
    spec.id = id;
    spec.user = absl::StrCat("u", Pick(8));
    spec.status = absl::StrCat("s", Pick(3));
    spec.metadata = kPages[Pick(5)];
    spec.expires_at = now_ + milliseconds(1 + Pick(200'000));
    spec.revision = revision_;
    spec.created_revision = before ? before->created_revision() : revision_;
    if (before && Pick(2) == 0) {  // a heartbeat
      spec.user = std::string(before->user_id());
      spec.status = std::string(before->status());
      spec.metadata = std::string(before->metadata());
    }
    return MakeRecord(spec);
  }

  // A group of one to five random changes, applied to both.
  void ApplyGroup() {
    std::vector<ChangePtr> group;
    for (int i = Pick(5); i >= 0; --i) {
      revision_ += Pick(10) == 0 ? 2 : 1;  // a failed append leaves a gap
      const std::string id = absl::StrCat("p", Pick(30));
      PresencePtr before = model_.contains(id) ? model_[id] : nullptr;
      PresencePtr after;
      if (!before || Pick(4) != 0) after = RandomVersion(id, before);
      if (after) {
        model_[id] = after;
      } else {
        model_.erase(id);
      }
      taken_.erase(id);
      group.push_back(std::make_shared<const Change>(
          revision_, now_, after ? ChangeKind::kUpserted : ChangeKind::kDeleted, DeleteCause::kNone,
          before, after));
    }
    state_->Apply(group);
    applied_ = revision_;
  }

  // The expiry of these records.
  void Remove(const std::vector<std::string>& ids) {
    std::vector<ChangePtr> group;
    for (const std::string& id : ids) {
      group.push_back(std::make_shared<const Change>(++revision_, now_, ChangeKind::kExpired,
                                                     DeleteCause::kNone, model_[id], nullptr));
      model_.erase(id);
    }
    state_->Apply(group);
    applied_ = revision_;
  }

  static bool Belongs(const Presence& record, const ScanPlan& plan) {
    std::string key;
    return !plan.attribute || (IndexKey(record, *plan.attribute, &key) && key == plan.key);
  }
  std::vector<PresencePtr> ModelScan(const ScanPlan& plan, Revision after = 0) const {
    std::vector<PresencePtr> records;
    for (const auto& [id, record] : model_) {
      if (Belongs(*record, plan) && record->created_revision() > after) records.push_back(record);
    }
    std::sort(records.begin(), records.end(), [](const PresencePtr& a, const PresencePtr& b) {
      return a->created_revision() < b->created_revision();
    });
    return records;
  }

  ScanPlan RandomPlan() {
    switch (Pick(4)) {
      case 0:
        return {kUser, absl::StrCat("u", Pick(9))};
      case 1:
        return {kStatus, absl::StrCat("s", Pick(4))};
      case 2:
        return {kPage, std::vector<std::string>{"sa", "sb", "n1", "zz"}[Pick(4)]};
      default:
        return {};
    }
  }

  void ExpectGroups(const Attribute& attribute) {
    std::map<std::string, std::size_t> expected;
    std::string key;
    for (const auto& [id, record] : model_) {
      if (IndexKey(*record, attribute, &key)) ++expected[key];
    }
    const auto groups = state_->Groups(attribute, 1000);
    const std::map<std::string, std::size_t> actual(groups.begin(), groups.end());
    ASSERT_EQ(actual, expected);
    ASSERT_EQ(groups.size(), expected.size());
  }

  void ExpectEqual() {
    ASSERT_EQ(state_->size(), model_.size());
    ASSERT_EQ(state_->applied(), applied_);
    for (int i = 0; i < 30; ++i) {
      const std::string id = absl::StrCat("p", i);
      ASSERT_EQ(state_->Find(id), model_.contains(id) ? model_[id] : nullptr) << id;
    }
    for (int i = 0; i < 9; ++i) {
      const std::string user = absl::StrCat("u", i);
      ASSERT_EQ(state_->FindByUser(user), ModelScan({kUser, user})) << user;
    }
    for (int i = 0; i < 6; ++i) {
      const ScanPlan plan = RandomPlan();
      ASSERT_EQ(state_->Scan(plan, 0, 1000).records, ModelScan(plan)) << plan.key;
      ASSERT_EQ(state_->CountOf(plan), ModelScan(plan).size()) << plan.key;
    }
    for (const Attribute& attribute : {kUser, kStatus, kPage}) ExpectGroups(attribute);
  }

  // True: the state knew the count.
  bool ExpectLiveCount(const ScanPlan& plan) {
    const std::optional<std::size_t> count = state_->LiveCountOf(plan, now_);
    if (!count) return false;
    const std::vector<PresencePtr> all = ModelScan(plan);
    const auto live = std::count_if(all.begin(), all.end(), [this](const PresencePtr& record) {
      return record->expires_at() > now_;
    });
    EXPECT_EQ(*count, static_cast<std::size_t>(live)) << plan.key;
    return true;
  }

  std::mt19937 random_;
  ProjectRules rules_;
  std::unique_ptr<State> state_;
  std::map<std::string, PresencePtr> model_;
  std::set<std::string> taken_;
  Revision revision_ = 0;
  Revision applied_ = 0;
  TimePoint now_ = kEpoch2030;
};

TEST_F(StateModelTest, EveryIndexHoldsExactlyTheRecords) {
  for (int step = 0; step < 2000; ++step) {
    ApplyGroup();
    if (step % 10 != 0) continue;
    ASSERT_NO_FATAL_FAILURE(ExpectEqual()) << "step " << step;
  }
}

// Each chunk is exactly what the records of its revision say, whatever happened in between: no
// record that stays is missed or met twice.
TEST_F(StateModelTest, ScanChunksAreTrueAtTheRevisionTheyName) {
  for (int round = 0; round < 300; ++round) {
    const ScanPlan plan = RandomPlan();
    Revision after = 0;
    for (bool done = false; !done;) {
      for (int i = Pick(4); i > 0; --i) ApplyGroup();
      const std::size_t max = 1 + Pick(6);
      const ScanChunk chunk = state_->Scan(plan, after, max);
      std::vector<PresencePtr> expected = ModelScan(plan, after);
      const bool last = expected.size() <= max;
      if (!last) expected.resize(max);
      ASSERT_EQ(chunk.applied, applied_);
      ASSERT_EQ(chunk.records, expected);
      ASSERT_EQ(chunk.done, last);
      ASSERT_GE(chunk.next_after, after);
      after = chunk.next_after;
      done = chunk.done;
    }
  }
}

// Whatever the clock does and whichever expiry waits for its write: a count that is given is true.
TEST_F(StateModelTest, CountsWithoutAVisitOnlyWhatLives) {
  int known = 0;
  int unknown = 0;
  for (int step = 0; step < 20'000; ++step) {
    if (Pick(4) == 0) ApplyGroup();
    now_ += milliseconds(Pick(20) == 0 ? Pick(20'000) - 7000 : Pick(30));
    const bool counted = ExpectLiveCount(RandomPlan());
    ++(counted ? known : unknown);
    ASSERT_FALSE(HasFailure()) << "step " << step;
    if (Pick(3) == 0) continue;
    const std::vector<std::string> named = state_->TakeExpired(now_, 1 + Pick(3));
    if (Pick(2) == 0) {
      state_->Rearm(named, now_ + milliseconds(Pick(500)));
    } else if (Pick(4) != 0) {
      Remove(named);
    }
  }
  EXPECT_GT(known, 1000);
  EXPECT_GT(unknown, 1000);
}

// What was rearmed for a time that the clock has left again may be named early, but only if due.
TEST_F(StateModelTest, NamesExactlyWhatIsDue) {
  std::map<std::string, TimePoint> rearmed;
  for (int step = 0; step < 3000; ++step) {
    ApplyGroup();
    now_ += milliseconds(Pick(10) == 0 ? Pick(100'000) - 30'000 : Pick(500));
    const std::vector<std::string> named = state_->TakeExpired(now_, 1000);
    const std::set<std::string> names(named.begin(), named.end());
    ASSERT_EQ(names.size(), named.size()) << "step " << step;
    for (const auto& [id, record] : model_) {
      const bool due = record->expires_at() <= now_ && !taken_.contains(id);
      const bool waits = rearmed.contains(id) && rearmed[id] > now_;
      if (!waits) {
        ASSERT_EQ(names.contains(id), due) << id << " step " << step;
      } else if (names.contains(id)) {
        ASSERT_TRUE(due) << id << " step " << step;
      }
    }
    for (const std::string& id : named) {
      rearmed.erase(id);
      taken_.insert(id);
    }
    if (named.empty() || Pick(2) == 0) continue;
    state_->Rearm(named, now_);
    for (const std::string& id : named) {
      taken_.erase(id);
      rearmed[id] = now_;
    }
  }
}

}  // namespace
}  // namespace presences::store
