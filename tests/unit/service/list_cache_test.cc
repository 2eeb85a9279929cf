#include "server/service/list_cache.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/service/presence_service.h"
#include "tests/support/fake_clock.h"
#include "tests/support/gateway/memory_stack.h"
#include "tests/support/status_matchers.h"

namespace presences::service {
namespace {

using ::presences::testing::HasReason;
using ::presences::testing::IsOk;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// What a cached list shows, through the use case that answers from it.
class ListCacheTest : public ::testing::Test {
 protected:
  auth::PrincipalPtr Who(const std::string& credential) {
    auth::Credentials credentials;
    credentials.project = "demo";
    (credential.rfind("standard_", 0) == 0 ? credentials.api_key : credentials.token) = credential;
    return *stack_.authenticator().Authenticate(credentials, clock_.Now());
  }
  auth::PrincipalPtr User(const std::string& id) { return Who(stack_.TokenFor(id)); }

  void Put(const auth::PrincipalPtr& who, const std::string& id, const std::string& status,
           std::vector<std::string> permissions = {"read(\"users\")"}, seconds ttl = seconds(90)) {
    RawWrite raw;
    raw.presence_id = id;
    raw.status = status;
    raw.permissions = std::move(permissions);
    raw.expires_at = clock_.Now() + ttl;
    absl::Status outcome = absl::UnknownError("not answered");
    presences().Upsert(*who, Source::kRest, raw, [&](auto result) { outcome = result.status(); });
    ASSERT_THAT(outcome, IsOk());
  }
  void Patch(const auth::PrincipalPtr& who, const std::string& id, RawWrite raw, bool purge) {
    raw.presence_id = id;
    absl::Status outcome = absl::UnknownError("not answered");
    presences().Update(
        *who, Source::kRest, raw, [&](auto result) { outcome = result.status(); }, purge);
    last_ = outcome;
  }
  void Delete(const auth::PrincipalPtr& who, const std::string& id) {
    RawWrite raw;
    raw.presence_id = id;
    presences().Delete(*who, Source::kRest, raw, [&](auto result) { last_ = result.status(); });
  }

  // "id:status" of each record, after "hit" or "miss".
  std::vector<std::string> List(const auth::PrincipalPtr& who, int ttl,
                                const std::vector<std::string>& queries = {}) {
    const auto result = presences().List(*who, queries, /*want_total=*/true, ttl);
    EXPECT_THAT(result, IsOk());
    std::vector<std::string> shown = {result->cached ? "hit" : "miss"};
    for (const PresencePtr& record : result->records) {
      shown.push_back(absl::StrCat(record->id(), ":", record->status()));
    }
    EXPECT_EQ(result->total, static_cast<std::int64_t>(result->records.size()));
    return shown;
  }

  PresenceService& presences() { return stack_.presences(); }

  testing::FakeClock clock_;
  testing::MemoryStack stack_{clock_};
  absl::Status last_;
};

TEST_F(ListCacheTest, AnswersAgainFromWhatItRead) {
  const auto alice = User("alice");
  Put(alice, "p1", "on");
  EXPECT_THAT(List(alice, 60), ElementsAre("miss", "p1:on"));
  Put(alice, "p2", "on");
  Put(alice, "p1", "off");
  EXPECT_THAT(List(alice, 60), ElementsAre("hit", "p1:on"));
  EXPECT_THAT(List(alice, 0), ElementsAre("miss", "p1:off", "p2:on"));
}

TEST_F(ListCacheTest, TheReadersTtlSaysWhatIsFresh) {
  const auto alice = User("alice");
  Put(alice, "p1", "on", {"read(\"users\")"}, seconds(3600));
  List(alice, 60);
  Put(alice, "p1", "off", {"read(\"users\")"}, seconds(3600));
  clock_.Advance(seconds(10));
  EXPECT_THAT(List(alice, 10), ElementsAre("hit", "p1:on"));
  clock_.Advance(seconds(1));
  EXPECT_THAT(List(alice, 10), ElementsAre("miss", "p1:off"));
  EXPECT_THAT(List(alice, 1), ElementsAre("hit", "p1:off"));
}

TEST_F(ListCacheTest, NeverShowsWhatHasExpired) {
  const auto alice = User("alice");
  Put(alice, "p1", "on", {"read(\"users\")"}, seconds(10));
  Put(alice, "p2", "on", {"read(\"users\")"}, seconds(20));
  List(alice, 60);
  clock_.Advance(seconds(10));
  EXPECT_THAT(List(alice, 60), ElementsAre("hit", "p2:on"));
}

TEST_F(ListCacheTest, NeverShowsWhatMayNoLongerBeRead) {
  const auto alice = User("alice");
  const auto bob = User("bob");
  Put(alice, "p1", "on");
  EXPECT_THAT(List(bob, 60), ElementsAre("miss", "p1:on"));
  Put(alice, "p1", "secret", {"read(\"user:alice\")"});
  EXPECT_THAT(List(bob, 60), ElementsAre("hit"));
}

TEST_F(ListCacheTest, CallersWhoSeeDifferentThingsShareNothing) {
  const auto alice = User("alice");
  Put(alice, "p1", "on", {"read(\"user:alice\")"});
  EXPECT_THAT(List(alice, 60), ElementsAre("miss", "p1:on"));
  EXPECT_THAT(List(User("bob"), 60), ElementsAre("miss"));
  EXPECT_THAT(List(Who(testing::kServerKey), 60), ElementsAre("miss", "p1:on"));
  EXPECT_THAT(List(alice, 60, {R"({"method":"equal","attribute":"status","values":["on"]})"}),
              ElementsAre("miss", "p1:on"));
  EXPECT_FALSE(presences().List(*alice, {}, /*want_total=*/false, 60)->cached);
  EXPECT_TRUE(presences().List(*alice, {}, /*want_total=*/false, 60)->cached);
}

TEST_F(ListCacheTest, DeletionAndPurgeForget) {
  const auto alice = User("alice");
  Put(alice, "p1", "on");
  Put(alice, "p2", "on");
  List(alice, 60);
  RawWrite off;
  off.status = "off";
  Patch(alice, "p1", off, /*purge=*/false);
  EXPECT_THAT(List(alice, 60), ElementsAre("hit", "p1:on", "p2:on"));
  Patch(alice, "p1", {}, /*purge=*/true);
  EXPECT_THAT(List(alice, 60), ElementsAre("miss", "p1:off", "p2:on"));
  Delete(alice, "p2");
  EXPECT_THAT(List(alice, 60), ElementsAre("miss", "p1:off"));
}

TEST_F(ListCacheTest, ARefusedWriteForgetsNothing) {
  const auto alice = User("alice");
  Put(alice, "p1", "on");
  List(alice, 60);
  Delete(User("bob"), "p1");
  EXPECT_THAT(last_, HasReason(Reason::kUserUnauthorized, ""));
  Patch(alice, "absent", {}, /*purge=*/true);
  EXPECT_THAT(last_, HasReason(Reason::kPresenceNotFound, ""));
  EXPECT_THAT(List(alice, 60), ElementsAre("hit", "p1:on"));
}

TEST_F(ListCacheTest, RefusesATtlOutOfRange) {
  const auto alice = User("alice");
  EXPECT_THAT(presences().List(*alice, {}, true, -1),
              HasReason(Reason::kGeneralArgumentInvalid, "ttl"));
  EXPECT_THAT(presences().List(*alice, {}, true, 86'401),
              HasReason(Reason::kGeneralArgumentInvalid, "86400"));
  EXPECT_THAT(presences().List(*alice, {}, true, 86'400), IsOk());
}

// The container itself.
ListResult ResultOf(std::size_t records) {
  ListResult result;
  result.records.resize(records);
  return result;
}

TEST(ListCacheLimitsTest, TheLeastRecentlyUsedGoFirst) {
  testing::FakeClock clock;
  ListCache cache(1, {2, 100}, clock);
  cache.Insert(0, "a", 0, ResultOf(1));
  cache.Insert(0, "b", 0, ResultOf(1));
  EXPECT_TRUE(cache.Find(0, "a", seconds(1)));
  cache.Insert(0, "c", 0, ResultOf(1));
  EXPECT_TRUE(cache.Find(0, "a", seconds(1)));
  EXPECT_FALSE(cache.Find(0, "b", seconds(1)));
  EXPECT_TRUE(cache.Find(0, "c", seconds(1)));
}

TEST(ListCacheLimitsTest, RecordsAreBoundedToo) {
  testing::FakeClock clock;
  ListCache cache(1, {100, 10}, clock);
  cache.Insert(0, "a", 0, ResultOf(6));
  cache.Insert(0, "a", 0, ResultOf(4));  // takes the place of the first
  cache.Insert(0, "b", 0, ResultOf(6));
  EXPECT_TRUE(cache.Find(0, "a", seconds(1)));
  EXPECT_TRUE(cache.Find(0, "b", seconds(1)));
  cache.Insert(0, "c", 0, ResultOf(1));
  EXPECT_FALSE(cache.Find(0, "a", seconds(1)));
  cache.Insert(0, "d", 0, ResultOf(11));
  EXPECT_FALSE(cache.Find(0, "d", seconds(1)));
  EXPECT_TRUE(cache.Find(0, "c", seconds(1)));
}

TEST(ListCacheLimitsTest, AnAnswerThatAPurgeHasOvertakenIsNotKept) {
  testing::FakeClock clock;
  ListCache cache(2, {}, clock);
  const std::uint64_t before = cache.Generation(0);
  cache.Purge(0);
  cache.Insert(0, "a", before, ResultOf(1));
  EXPECT_FALSE(cache.Find(0, "a", seconds(1)));
  cache.Insert(1, "a", cache.Generation(1), ResultOf(1));
  cache.Purge(0);
  EXPECT_TRUE(cache.Find(1, "a", seconds(1))) << "another project's purge";
}

TEST(ListCacheLimitsTest, AUserWhoseRolesHaveChangedHasAnotherKey) {
  const auto key = [](std::vector<std::string> labels) {
    Caller caller;
    caller.user_id = "alice";
    caller.roles = UserRoles(UserFacts{"alice", true, {}, std::move(labels)});
    return ListCache::KeyOf(caller, {}, true);
  };
  EXPECT_EQ(key({"vip"}), key({"vip"}));
  EXPECT_NE(key({"vip"}), key({"staff"}));
}

TEST(ListCacheLimitsTest, KeysDoNotRunIntoEachOther) {
  Caller caller;
  const auto key = [&](std::vector<std::string> queries) {
    return ListCache::KeyOf(caller, queries, true);
  };
  EXPECT_NE(key({"a", "b"}), key({"ab"}));
  EXPECT_NE(key({"a|1:b"}), key({"a", "b"}));
  EXPECT_NE(key({}), key({""}));
}

}  // namespace
}  // namespace presences::service
