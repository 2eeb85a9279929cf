// Hold: an upsert by a connection.

#include "server/core/mutation.h"
#include "tests/unit/core/mutation_fixture.h"

namespace presences {
namespace {

using ::presences::testing::HasReason;
using ::presences::testing::IsOk;

class HoldTest : public MutationFixture {
 protected:
  // Says what the existing record says already.
  static HoldInput Joining() {
    HoldInput input;
    input.upsert.presence_id = "p1";
    input.upsert.status = "online";
    input.upsert.metadata = R"({"page":"/home"})";
    input.upsert.permissions = {R"(read("users"))"};
    input.joining = true;
    return input;
  }
  static PresencePtr Held() {
    PresenceFields fields = Existing();
    fields.held = true;
    return Presence::Make(fields);
  }
  absl::StatusOr<PresencePtr> Run(const PresencePtr& current, const Caller& caller,
                                  const HoldInput& input) const {
    return Hold(current, nullptr, caller, input, context());
  }
};

TEST_F(HoldTest, CreatesARecordThatLastsAsLongAsItsConnection) {
  const auto record = Run(nullptr, User("u1"), Joining());
  ASSERT_THAT(record, IsOk());
  EXPECT_TRUE((*record)->held());
  EXPECT_EQ((*record)->expires_at(), kNow + kMaxTtl);
  EXPECT_EQ((*record)->user_id(), "u1");
  EXPECT_EQ((*record)->revision(), 9);
}

TEST_F(HoldTest, TakesOverAnUnheldRecordOfTheSameUser) {
  const auto record = Run(Presence::Make(Existing()), User("u1"), Joining());
  ASSERT_THAT(record, IsOk());
  EXPECT_TRUE((*record)->held());
  EXPECT_EQ((*record)->created_revision(), 3);
  EXPECT_EQ((*record)->expires_at(), kNow + kMaxTtl);
}

TEST_F(HoldTest, JoiningWithTheSameContentChangesNothing) {
  const PresencePtr held = Held();
  const auto record = Run(held, User("u1"), Joining());
  ASSERT_THAT(record, IsOk());
  EXPECT_EQ(*record, held) << "the very same record: nobody need be told";
}

TEST_F(HoldTest, JoiningWithOtherContentIsAnOrdinaryUpsert) {
  const PresencePtr held = Held();
  HoldInput input = Joining();
  input.upsert.status = "away";
  const auto record = Run(held, User("u1"), input);
  ASSERT_THAT(record, IsOk());
  EXPECT_NE((*record).get(), held.get());
  EXPECT_EQ((*record)->status(), "away");
  EXPECT_TRUE((*record)->held());
}

TEST_F(HoldTest, RepeatingByAHolderIsAnOrdinaryUpsert) {
  const PresencePtr held = Held();
  HoldInput input = Joining();
  input.joining = false;
  const auto record = Run(held, User("u1"), input);
  ASSERT_THAT(record, IsOk());
  EXPECT_NE((*record).get(), held.get());
  EXPECT_EQ((*record)->updated_at(), kNow);
}

TEST_F(HoldTest, SomebodyElsesRecordIsNeverHeld) {
  const auto shared = ExistingWith({R"(read("users"))", R"(update("users"))"});
  EXPECT_THAT(Run(shared, User("u2"), Joining()),
              HasReason(Reason::kPresenceAlreadyExists, "presenceId: p1"));
  HoldInput named = Joining();
  named.upsert.user_id = "u2";
  EXPECT_THAT(Run(shared, Key(), named),
              HasReason(Reason::kPresenceAlreadyExists, "presenceId: p1"));
  EXPECT_THAT(Hold(nullptr, shared.get(), User("u2"), Joining(), context()),
              HasReason(Reason::kPresenceAlreadyExists, "presenceId: p1"));
}

TEST_F(HoldTest, WritesUnderTheRulesOfUpsert) {
  EXPECT_THAT(Run(nullptr, Guest(), Joining()),
              HasReason(Reason::kUserUnauthenticated, "guests may not write"));
  EXPECT_THAT(Run(nullptr, Key(), Joining()),
              HasReason(Reason::kGeneralBadRequest, "userId: is required"));
  HoldInput input = Joining();
  input.upsert.permissions = {R"(read("team:x"))"};
  EXPECT_THAT(Run(nullptr, User("u1"), input), HasReason(Reason::kUserUnauthorized, "\"team:x\""));
}

}  // namespace
}  // namespace presences
