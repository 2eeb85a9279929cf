// Grants and rights; the grammar is tests/testdata/core/permissions.txt.

#include "server/core/permission.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"

namespace presences {
namespace {

using ::presences::testing::HasReason;
using ::presences::testing::IsOk;
using ::testing::ElementsAre;

Caller Guest() { return {}; }
Caller Key() { return {.roles = KeyRoles(), .privileged = true}; }
Caller User(const std::string& id) {
  return {.roles = UserRoles({.user_id = id, .teams = {{.team = "t", .roles = {"dev"}}}}),
          .user_id = id};
}

PresencePtr RecordOf(absl::string_view owner, std::vector<absl::string_view> permissions) {
  PresenceFields fields;
  fields.id = "p1";
  fields.user_id = owner;
  fields.status = "online";
  fields.permissions = std::move(permissions);
  return Presence::Make(fields);
}

// The rights as a string such as "ru-".
std::string RightsOf(const Presence& record, const Caller& caller) {
  return {Allows(record, caller, Action::kRead) ? 'r' : '-',
          Allows(record, caller, Action::kUpdate) ? 'u' : '-',
          Allows(record, caller, Action::kDelete) ? 'd' : '-'};
}

TEST(AllowsTest, OwnerAndKeysHaveEveryRightWhateverPermissionsSay) {
  const PresencePtr record = RecordOf("u1", {});
  EXPECT_EQ(RightsOf(*record, User("u1")), "rud");
  EXPECT_EQ(RightsOf(*record, Key()), "rud");
  EXPECT_EQ(RightsOf(*record, User("u2")), "---");
  EXPECT_EQ(RightsOf(*record, Guest()), "---");
}

TEST(AllowsTest, NobodyOwnsARecordWithoutUser) {
  EXPECT_EQ(RightsOf(*RecordOf("", {}), Guest()), "---");
}

TEST(AllowsTest, RightsAreIndependent) {
  EXPECT_EQ(RightsOf(*RecordOf("u1", {R"(read("any"))"}), User("u2")), "r--");
  EXPECT_EQ(RightsOf(*RecordOf("u1", {R"(update("any"))"}), User("u2")), "-u-");
  EXPECT_EQ(RightsOf(*RecordOf("u1", {R"(delete("any"))"}), User("u2")), "--d");
  EXPECT_EQ(RightsOf(*RecordOf("u1", {R"(delete("any"))", R"(read("users"))"}), User("u2")), "r-d");
}

TEST(AllowsTest, RolesMatchWhole) {
  const auto reads = [](absl::string_view permission, const Caller& caller) {
    return MayRead(*RecordOf("u1", {permission}), caller);
  };
  EXPECT_TRUE(reads(R"(read("users"))", User("u2")));
  EXPECT_FALSE(reads(R"(read("users"))", Guest()));
  EXPECT_TRUE(reads(R"(read("guests"))", Guest()));
  EXPECT_FALSE(reads(R"(read("guests"))", User("u2")));
  EXPECT_TRUE(reads(R"(read("user:u2"))", User("u2")));
  EXPECT_FALSE(reads(R"(read("user:u22"))", User("u2")));
  EXPECT_FALSE(reads(R"(read("user:u"))", User("u2")));
  EXPECT_TRUE(reads(R"(read("team:t"))", User("u2")));
  EXPECT_TRUE(reads(R"(read("team:t/dev"))", User("u2")));
  EXPECT_FALSE(reads(R"(read("team:t/owner"))", User("u2")));
  EXPECT_FALSE(reads(R"(read("users/verified"))", User("u2")));
  EXPECT_TRUE(reads(R"(read("users/unverified"))", User("u2")));
}

TEST(AllowsTest, EntriesThatAreNoPermissionsGrantNothing) {
  for (const char* entry : {"", "read", "read(", "read(\"", "read(\"any", "read(\"any\"",
                            "readable(\"any\")", "\")", "any"}) {
    EXPECT_FALSE(MayRead(*RecordOf("u1", {entry}), User("u2"))) << entry;
  }
}

TEST(CheckMayGrantTest, UsersNameOnlyRolesThatTheyHold) {
  const auto granted = [](const Caller& caller, const std::string& permission) {
    return CheckMayGrant(caller, {permission});
  };
  for (const char* permission : {R"(read("any"))", R"(read("users"))", R"(update("user:u2"))",
                                 R"(delete("team:t/dev"))", R"(read("users/unverified"))"}) {
    EXPECT_THAT(granted(User("u2"), permission), IsOk()) << permission;
  }
  for (const char* permission :
       {R"(read("guests"))", R"(read("user:u1"))", R"(update("team:other"))",
        R"(delete("label:vip"))", R"(read("users/verified"))"}) {
    EXPECT_THAT(granted(User("u2"), permission),
                HasReason(Reason::kUserUnauthorized, "permissions: you do not hold the role"))
        << permission;
    EXPECT_THAT(granted(Key(), permission), IsOk()) << permission;
  }
  EXPECT_THAT(CheckMayGrant(User("u2"), {R"(read("any"))", R"(read("team:x"))"}),
              HasReason(Reason::kUserUnauthorized, "\"team:x\""));
  EXPECT_THAT(CheckMayGrant(User("u2"), {}), IsOk());
}

}  // namespace
}  // namespace presences
