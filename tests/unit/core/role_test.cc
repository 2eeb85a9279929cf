#include "server/core/role.h"

#include "gmock/gmock.h"

namespace presences {
namespace {

using ::testing::ElementsAre;

TEST(RoleSetTest, HoldsExactlyItsRoles) {
  const RoleSet roles({"users", "any", "users", "team:t"});
  EXPECT_THAT(roles.roles(), ElementsAre("any", "team:t", "users"));
  EXPECT_TRUE(roles.Holds("team:t"));
  EXPECT_TRUE(roles.Holds("any"));
  EXPECT_TRUE(roles.Holds("users"));
  EXPECT_FALSE(roles.Holds("team:"));
  EXPECT_FALSE(roles.Holds("team:t/owner"));
  EXPECT_FALSE(roles.Holds("zebra"));
  EXPECT_FALSE(roles.Holds(""));
  EXPECT_FALSE(RoleSet({}).Holds("any"));
}

TEST(RoleSetTest, FingerprintDependsOnTheSetAlone) {
  const RoleSet roles({"b", "a"});
  EXPECT_EQ(roles.fingerprint(), RoleSet({"a", "b", "a"}).fingerprint());
  EXPECT_NE(roles.fingerprint(), RoleSet({"ab"}).fingerprint());
  EXPECT_NE(roles.fingerprint(), RoleSet({"a"}).fingerprint());
  EXPECT_NE(RoleSet({"a", "bc"}).fingerprint(), RoleSet({"ab", "c"}).fingerprint());
  EXPECT_NE(RoleSet({}).fingerprint(), RoleSet({""}).fingerprint());
}

// Resume tokens outlive a process: these values may never change.
TEST(StableHashTest, IsFnv1a) {
  EXPECT_EQ(StableHash(""), 0xcbf29ce484222325u);
  EXPECT_EQ(StableHash("a"), 0xaf63dc4c8601ec8cu);
  EXPECT_EQ(StableHash("foobar"), 0x85944171f73967e8u);
  EXPECT_EQ(StableHash("bar", StableHash("foo")), StableHash("foobar"));
}

TEST(RolesTest, GuestsAndKeys) {
  EXPECT_THAT(GuestRoles()->roles(), ElementsAre("any", "guests"));
  EXPECT_THAT(KeyRoles()->roles(), ElementsAre("any", "keys"));
}

TEST(RolesTest, UnverifiedUser) {
  EXPECT_THAT(UserRoles({.user_id = "u"})->roles(),
              ElementsAre("any", "user:u", "user:u/unverified", "users", "users/unverified"));
}

TEST(RolesTest, VerifiedUserWithTeamsAndLabels) {
  const UserFacts facts{
      .user_id = "u",
      .verified = true,
      .teams = {{.team = "t1", .membership = "m1", .roles = {"owner", "dev"}}, {.team = "t2"}},
      .labels = {"vip"}};
  EXPECT_THAT(
      UserRoles(facts)->roles(),
      ElementsAre("any", "label:vip", "member:m1", "team:t1", "team:t1/dev", "team:t1/owner",
                  "team:t2", "user:u", "user:u/verified", "users", "users/verified"));
}

}  // namespace
}  // namespace presences
