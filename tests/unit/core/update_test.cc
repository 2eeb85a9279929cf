// Update and Delete.

#include "server/core/mutation.h"
#include "tests/unit/core/mutation_fixture.h"

namespace presences {
namespace {

using ::presences::testing::HasReason;
using ::presences::testing::IsOk;
using std::chrono::seconds;
using ::testing::ElementsAre;

class UpdateTest : public MutationFixture {
 protected:
  static UpdateInput Input() {
    UpdateInput input;
    input.presence_id = "p1";
    return input;
  }
  absl::StatusOr<PresencePtr> Run(const PresencePtr& current, const Caller& caller,
                                  const UpdateInput& input) const {
    return Update(current.get(), nullptr, caller, input, context());
  }
};

TEST_F(UpdateTest, ChangesNothingButTheTimeWhenNothingIsGiven) {
  const auto record = Run(Presence::Make(Existing()), User("u1"), Input());
  ASSERT_THAT(record, IsOk());
  EXPECT_TRUE((*record)->SameContent(*Presence::Make(Existing())));
  EXPECT_EQ((*record)->expires_at(), Existing().expires_at);
  EXPECT_EQ((*record)->created_at(), Existing().created_at);
  EXPECT_EQ((*record)->created_revision(), 3);
  EXPECT_EQ((*record)->source(), Source::kRealtime) << "untouched by a PATCH";
  EXPECT_EQ((*record)->updated_at(), kNow);
  EXPECT_EQ((*record)->revision(), 9);
}

TEST_F(UpdateTest, ChangesEachFieldAlone) {
  const auto run = [&](auto set) {
    UpdateInput input = Input();
    set(input);
    auto record = Run(Presence::Make(Existing()), User("u1"), input);
    EXPECT_THAT(record, IsOk());
    return *record;
  };
  EXPECT_EQ(run([](UpdateInput& i) { i.status = "away"; })->status(), "away");
  EXPECT_EQ(run([](UpdateInput& i) { i.status = "away"; })->metadata(), Existing().metadata);
  EXPECT_EQ(run([](UpdateInput& i) { i.metadata = "{}"; })->metadata(), "{}");
  EXPECT_EQ(run([](UpdateInput& i) { i.metadata = "{}"; })->status(), "online");
  EXPECT_EQ(run([&](UpdateInput& i) { i.expires_at = kNow; })->expires_at(), kNow);
  EXPECT_THAT(PermissionsOf(*run([](UpdateInput& i) { i.permissions = {R"(read("any"))"}; })),
              ElementsAre(R"(read("any"))"));
  EXPECT_TRUE(PermissionsOf(*run([](UpdateInput& i) { i.permissions.emplace(); })).empty());
}

TEST_F(UpdateTest, AbsentOrUnreadableIsNotFound) {
  const auto not_found =
      HasReason(Reason::kPresenceNotFound, "presenceId: there is no presence p1");
  EXPECT_THAT(Run(nullptr, User("u1"), Input()), not_found);
  EXPECT_THAT(Run(nullptr, Key(), Input()), not_found);
  EXPECT_THAT(Run(ExistingWith({}), User("u2"), Input()), not_found);
  EXPECT_THAT(Run(ExistingWith({R"(update("any"))"}), User("u2"), Input()), not_found);
}

TEST_F(UpdateTest, ReadableWithoutTheRightIsUnauthorized) {
  EXPECT_THAT(Run(ExistingWith({R"(read("any"))"}), User("u2"), Input()),
              HasReason(Reason::kUserUnauthorized, "you may read p1 but not update it"));
  EXPECT_THAT(Run(ExistingWith({R"(read("any"))", R"(update("any"))"}), User("u2"), Input()),
              IsOk());
}

TEST_F(UpdateTest, GuestsNeverWrite) {
  EXPECT_THAT(Run(ExistingWith({R"(read("any"))", R"(update("any"))"}), Guest(), Input()),
              HasReason(Reason::kUserUnauthenticated, "guests may not write"));
}

TEST_F(UpdateTest, UserMayNotNameAUser) {
  UpdateInput input = Input();
  input.user_id = "u1";
  EXPECT_THAT(Run(Presence::Make(Existing()), User("u1"), input),
              HasReason(Reason::kGeneralUnauthorizedScope, "userId: only API keys"));
}

TEST_F(UpdateTest, UserMayNotGrantRolesOfOthers) {
  UpdateInput input = Input();
  input.permissions = {R"(read("guests"))"};
  EXPECT_THAT(Run(Presence::Make(Existing()), User("u1"), input),
              HasReason(Reason::kUserUnauthorized, "\"guests\""));
}

TEST_F(UpdateTest, KeyReassignsTheOwnerAndResetsPermissions) {
  UpdateInput input = Input();
  input.user_id = "u2";
  const auto record = Run(Presence::Make(Existing()), Key(), input);
  ASSERT_THAT(record, IsOk());
  EXPECT_EQ((*record)->user_id(), "u2");
  EXPECT_EQ(PermissionsOf(**record), OwnersPermissions("u2"));
  EXPECT_EQ((*record)->status(), "online");

  input.permissions = {R"(read("any"))"};
  const auto given = Run(Presence::Make(Existing()), Key(), input);
  ASSERT_THAT(given, IsOk());
  EXPECT_THAT(PermissionsOf(**given), ElementsAre(R"(read("any"))"));
}

TEST_F(UpdateTest, KeyNamingTheOwnerChangesNothing) {
  UpdateInput input = Input();
  input.user_id = "u1";
  const PresencePtr current = Presence::Make(Existing());
  const auto record = Update(current.get(), current.get(), Key(), input, context());
  ASSERT_THAT(record, IsOk());
  EXPECT_TRUE((*record)->SameContent(*current));
}

TEST_F(UpdateTest, PerUserTargetWithARecordIsRefused) {
  rules_.identity = Identity::kPerUser;
  UpdateInput input = Input();
  input.user_id = "u2";
  PresenceFields other = Existing();
  other.id = "p2";
  other.user_id = "u2";
  const PresencePtr current = Presence::Make(Existing());
  const PresencePtr target = Presence::Make(other);
  EXPECT_THAT(Update(current.get(), target.get(), Key(), input, context()),
              HasReason(Reason::kPresenceAlreadyExists, "userId: u2 has a presence already"));
}

TEST_F(UpdateTest, RevisionMustMatch) {
  UpdateInput input = Input();
  input.if_revision = 5;
  EXPECT_THAT(Run(Presence::Make(Existing()), User("u1"), input), IsOk());
  for (const Revision wrong : {0, 4, 6}) {
    input.if_revision = wrong;
    EXPECT_THAT(Run(Presence::Make(Existing()), User("u1"), input),
                HasReason(Reason::kPresenceRevisionMismatch, "ifRevision"));
    EXPECT_THAT(Run(nullptr, User("u1"), input), HasReason(Reason::kPresenceNotFound, ""));
  }
}

TEST_F(UpdateTest, HeldRecordStaysHeldAndKeepsItsExpiry) {
  PresenceFields held = Existing();
  held.held = true;
  UpdateInput input = Input();
  input.status = "away";
  const auto record = Run(Presence::Make(held), User("u1"), input);
  ASSERT_THAT(record, IsOk());
  EXPECT_TRUE((*record)->held());
  EXPECT_EQ((*record)->expires_at(), held.expires_at);

  input.expires_at = kNow + seconds(3);
  const auto bounded = Run(Presence::Make(held), User("u1"), input);
  ASSERT_THAT(bounded, IsOk());
  EXPECT_TRUE((*bounded)->held());
  EXPECT_EQ((*bounded)->expires_at(), kNow + seconds(3));
}

class DeleteTest : public MutationFixture {
 protected:
  static absl::Status Run(const PresencePtr& current, const Caller& caller,
                          std::optional<Revision> if_revision = std::nullopt) {
    return CheckDelete(current.get(), caller, {"p1", if_revision});
  }
};

TEST_F(DeleteTest, OwnerKeyAndGranteeMay) {
  EXPECT_THAT(Run(ExistingWith({}), User("u1")), IsOk());
  EXPECT_THAT(Run(ExistingWith({}), Key()), IsOk());
  EXPECT_THAT(Run(ExistingWith({R"(delete("users"))", R"(read("users"))"}), User("u2")), IsOk());
}

TEST_F(DeleteTest, OthersMayNot) {
  EXPECT_THAT(Run(nullptr, User("u1")), HasReason(Reason::kPresenceNotFound, "p1"));
  EXPECT_THAT(Run(ExistingWith({}), User("u2")), HasReason(Reason::kPresenceNotFound, "p1"));
  EXPECT_THAT(Run(ExistingWith({R"(delete("any"))"}), User("u2")),
              HasReason(Reason::kPresenceNotFound, "p1"));
  EXPECT_THAT(Run(ExistingWith({R"(read("any"))", R"(update("any"))"}), User("u2")),
              HasReason(Reason::kUserUnauthorized, "but not delete it"));
  EXPECT_THAT(Run(ExistingWith({R"(delete("any"))", R"(read("any"))"}), Guest()),
              HasReason(Reason::kUserUnauthenticated, "guests"));
}

TEST_F(DeleteTest, RevisionMustMatchAndNotFoundWins) {
  EXPECT_THAT(Run(Presence::Make(Existing()), User("u1"), 5), IsOk());
  EXPECT_THAT(Run(Presence::Make(Existing()), User("u1"), 4),
              HasReason(Reason::kPresenceRevisionMismatch, "revision 5, got 4"));
  EXPECT_THAT(Run(nullptr, User("u1"), 4), HasReason(Reason::kPresenceNotFound, ""));
}

}  // namespace
}  // namespace presences
