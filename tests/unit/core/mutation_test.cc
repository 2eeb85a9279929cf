// Upsert and who it writes for; Update and Delete are in update_test.cc.

#include "server/core/mutation.h"

#include "tests/unit/core/mutation_fixture.h"

namespace presences {
namespace {

using ::presences::testing::HasReason;
using ::presences::testing::IsOk;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;

class UpsertTest : public MutationFixture {
 protected:
  static UpsertInput Input() {
    UpsertInput input;
    input.presence_id = "p1";
    input.status = "away";
    return input;
  }
  absl::StatusOr<PresencePtr> Run(const PresencePtr& current, const Caller& caller,
                                  const UpsertInput& input) const {
    return Upsert(current.get(), nullptr, caller, input, context());
  }
};

TEST_F(UpsertTest, CreatesWithDefaults) {
  const auto record = Run(nullptr, User("u1"), Input());
  ASSERT_THAT(record, IsOk());
  EXPECT_EQ((*record)->id(), "p1");
  EXPECT_EQ((*record)->user_id(), "u1");
  EXPECT_EQ((*record)->status(), "away");
  EXPECT_EQ((*record)->metadata(), "{}");
  EXPECT_EQ(PermissionsOf(**record), OwnersPermissions("u1"));
  EXPECT_EQ((*record)->created_at(), kNow);
  EXPECT_EQ((*record)->updated_at(), kNow);
  EXPECT_EQ((*record)->expires_at(), kNow + seconds(90));
  EXPECT_EQ((*record)->revision(), 9);
  EXPECT_EQ((*record)->created_revision(), 9);
  EXPECT_EQ((*record)->source(), Source::kRest);
  EXPECT_FALSE((*record)->held());
}

TEST_F(UpsertTest, TakesTheFieldsThatAreGiven) {
  UpsertInput input = Input();
  input.metadata = R"({"a":1})";
  input.permissions = {R"(read("any"))"};
  input.expires_at = kNow + seconds(5);
  const auto record = Run(nullptr, User("u1"), input);
  ASSERT_THAT(record, IsOk());
  EXPECT_EQ((*record)->metadata(), R"({"a":1})");
  EXPECT_THAT(PermissionsOf(**record), ElementsAre(R"(read("any"))"));
  EXPECT_EQ((*record)->expires_at(), kNow + seconds(5));
}

TEST_F(UpsertTest, UsesTheProjectsDefaultTtl) {
  rules_.default_ttl = milliseconds(1'234);
  const auto record = Run(nullptr, User("u1"), Input());
  ASSERT_THAT(record, IsOk());
  EXPECT_EQ((*record)->expires_at(), kNow + milliseconds(1'234));
}

TEST_F(UpsertTest, EmptyPermissionsStayEmpty) {
  UpsertInput input = Input();
  input.permissions.emplace();
  const auto record = Run(nullptr, User("u1"), input);
  ASSERT_THAT(record, IsOk());
  EXPECT_TRUE(PermissionsOf(**record).empty());
}

TEST_F(UpsertTest, ReplacesTheOwnRecordWholly) {
  const auto record = Run(Presence::Make(Existing()), User("u1"), Input());
  ASSERT_THAT(record, IsOk());
  EXPECT_EQ((*record)->status(), "away");
  EXPECT_EQ((*record)->metadata(), "{}") << "omitted: replaced by the default";
  EXPECT_EQ(PermissionsOf(**record), OwnersPermissions("u1")) << "omitted: reset";
  EXPECT_EQ((*record)->expires_at(), kNow + seconds(90));
  EXPECT_EQ((*record)->created_at(), Existing().created_at);
  EXPECT_EQ((*record)->created_revision(), 3);
  EXPECT_EQ((*record)->updated_at(), kNow);
  EXPECT_EQ((*record)->revision(), 9);
  EXPECT_EQ((*record)->source(), Source::kRest) << "of this caller";
}

TEST_F(UpsertTest, OwnerIsNeverLockedOut) {
  EXPECT_THAT(Run(ExistingWith({}), User("u1"), Input()), IsOk());
}

TEST_F(UpsertTest, SomebodyElsesRecordNeedsReadAndUpdate) {
  for (const std::vector<absl::string_view>& permissions :
       {std::vector<absl::string_view>{},
        {R"(read("users"))"},
        {R"(update("users"))"},
        {R"(delete("users"))", R"(read("users"))"}}) {
    EXPECT_THAT(Run(ExistingWith(permissions), User("u2"), Input()),
                HasReason(Reason::kPresenceAlreadyExists, "presenceId: p1 belongs to another"));
  }
  EXPECT_THAT(Run(ExistingWith({R"(read("users"))", R"(update("user:u2"))"}), User("u2"), Input()),
              IsOk());
}

TEST_F(UpsertTest, SomebodyElsesRecordKeepsItsOwner) {
  const auto current = ExistingWith({R"(read("users"))", R"(update("users"))"});
  const auto record = Run(current, User("u2"), Input());
  ASSERT_THAT(record, IsOk());
  EXPECT_EQ((*record)->user_id(), "u1");
  EXPECT_EQ((*record)->status(), "away");
  EXPECT_EQ(PermissionsOf(**record), OwnersPermissions("u1"));
}

TEST_F(UpsertTest, KeyReassignsTheOwner) {
  UpsertInput input = Input();
  input.user_id = "u2";
  const auto record = Run(ExistingWith({}), Key(), input);
  ASSERT_THAT(record, IsOk());
  EXPECT_EQ((*record)->id(), "p1");
  EXPECT_EQ((*record)->user_id(), "u2");
  EXPECT_EQ(PermissionsOf(**record), OwnersPermissions("u2"));
  EXPECT_EQ((*record)->created_revision(), 3) << "still the same record";
  EXPECT_EQ((*record)->source(), Source::kGrpc);
}

TEST_F(UpsertTest, KeyMayGrantAnyRoleAndUsersMayNot) {
  UpsertInput input = Input();
  input.permissions = {R"(read("team:x"))"};
  EXPECT_THAT(Run(nullptr, User("u1"), input),
              HasReason(Reason::kUserUnauthorized, "permissions: you do not hold the role"));
  input.user_id = "u1";
  EXPECT_THAT(Run(nullptr, Key(), input), IsOk());
}

TEST_F(UpsertTest, GuestsNeverWrite) {
  EXPECT_THAT(Run(nullptr, Guest(), Input()),
              HasReason(Reason::kUserUnauthenticated, "guests may not write"));
  EXPECT_THAT(Run(ExistingWith({R"(read("any"))", R"(update("any"))"}), Guest(), Input()),
              HasReason(Reason::kUserUnauthenticated, ""));
}

TEST_F(UpsertTest, UserMayNotNameAUserNotEvenItself) {
  UpsertInput input = Input();
  input.user_id = "u1";
  EXPECT_THAT(Run(nullptr, User("u1"), input),
              HasReason(Reason::kGeneralUnauthorizedScope, "userId: only API keys"));
  EXPECT_THAT(Run(nullptr, Guest(), input), HasReason(Reason::kUserUnauthenticated, ""));
}

TEST_F(UpsertTest, KeyMustNameAUser) {
  EXPECT_THAT(Run(nullptr, Key(), Input()),
              HasReason(Reason::kGeneralBadRequest, "userId: is required with an API key"));
}

TEST_F(UpsertTest, TargetUserIsTheCallerOrTheNamedOne) {
  UpsertInput input = Input();
  EXPECT_EQ(*TargetUser(User("u1"), input), "u1");
  input.user_id = "u7";
  EXPECT_EQ(*TargetUser(Key(), input), "u7");
}

TEST_F(UpsertTest, RevisionZeroMeansOnlyIfThereIsNone) {
  UpsertInput input = Input();
  input.if_revision = 0;
  EXPECT_THAT(Run(nullptr, User("u1"), input), IsOk());
  EXPECT_THAT(Run(Presence::Make(Existing()), User("u1"), input),
              HasReason(Reason::kPresenceRevisionMismatch,
                        "ifRevision: must equal the record's revision 5, got 0"));
}

TEST_F(UpsertTest, RevisionMustMatch) {
  UpsertInput input = Input();
  input.if_revision = 5;
  EXPECT_THAT(Run(Presence::Make(Existing()), User("u1"), input), IsOk());
  EXPECT_THAT(Run(nullptr, User("u1"), input),
              HasReason(Reason::kPresenceRevisionMismatch, "revision 0, got 5"));
  input.if_revision = 4;
  EXPECT_THAT(Run(Presence::Make(Existing()), User("u1"), input),
              HasReason(Reason::kPresenceRevisionMismatch, "revision 5, got 4"));
}

TEST_F(UpsertTest, RevisionOfAnotherUsersRecordIsNotTold) {
  UpsertInput input = Input();
  input.if_revision = 4;
  EXPECT_THAT(Run(ExistingWith({}), User("u2"), input),
              HasReason(Reason::kPresenceAlreadyExists, ""));
}

TEST_F(UpsertTest, HeldRecordStaysHeldAndIsNotShortenedUnasked) {
  PresenceFields held = Existing();
  held.held = true;
  const auto record = Run(Presence::Make(held), User("u1"), Input());
  ASSERT_THAT(record, IsOk());
  EXPECT_TRUE((*record)->held());
  EXPECT_EQ((*record)->expires_at(), kNow + kMaxTtl);

  UpsertInput bounded = Input();
  bounded.expires_at = kNow + seconds(7);
  const auto earlier = Run(Presence::Make(held), User("u1"), bounded);
  ASSERT_THAT(earlier, IsOk());
  EXPECT_TRUE((*earlier)->held());
  EXPECT_EQ((*earlier)->expires_at(), kNow + seconds(7));
}

TEST_F(UpsertTest, PerUserRecordKeepsItsId) {
  rules_.identity = Identity::kPerUser;
  UpsertInput input = Input();
  input.presence_id = "q";
  const auto record = Run(Presence::Make(Existing()), User("u1"), input);
  ASSERT_THAT(record, IsOk());
  EXPECT_EQ((*record)->id(), "p1");
  EXPECT_EQ((*record)->created_revision(), 3);
}

TEST_F(UpsertTest, PerUserIdTakenByAnotherIsRefused) {
  rules_.identity = Identity::kPerUser;
  const PresencePtr occupant = ExistingWith({R"(read("users"))", R"(update("users"))"});
  EXPECT_THAT(Upsert(nullptr, occupant.get(), User("u2"), Input(), context()),
              HasReason(Reason::kPresenceAlreadyExists, "presenceId: p1"));
  // With a record of its own the requested id does not matter.
  const PresencePtr own = Presence::Make(Existing());
  EXPECT_THAT(Upsert(own.get(), occupant.get(), User("u1"), Input(), context()), IsOk());
}

}  // namespace
}  // namespace presences
