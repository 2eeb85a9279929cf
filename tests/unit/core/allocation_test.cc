// What must not allocate, or only once: a million records and every visibility check depend on it.

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "server/core/channel.h"
#include "server/core/permission.h"
#include "server/core/presence.h"
#include "tests/unit/core/allocation_counter.h"

namespace presences {
namespace {

template <typename Fn>
int AllocationsOf(const Fn& fn) {
  const int before = AllocationsSoFar();
  fn();
  return AllocationsSoFar() - before;
}

PresenceFields SomeFields() {
  PresenceFields fields;
  fields.id = "presence-with-quite-a-long-id";
  fields.user_id = "user-with-quite-a-long-id";
  fields.status = "a status that no small string holds";
  fields.permissions = {R"(delete("user:user-with-quite-a-long-id"))", R"(read("team:t/owner"))"};
  return fields;
}

TEST(AllocationTest, RecordIsOneAllocation) {
  const PresenceFields fields = SomeFields();
  PresencePtr record;
  EXPECT_EQ(AllocationsOf([&] { record = Presence::Make(fields); }), 1);
  EXPECT_EQ(AllocationsOf([&] { const PresencePtr copy = record; }), 0);
}

TEST(AllocationTest, RightsAreCheckedWithoutAllocation) {
  const PresencePtr record = Presence::Make(SomeFields());
  const Caller caller{
      .roles = UserRoles({.user_id = "another-user-with-a-long-id",
                          .teams = {{.team = "t", .membership = "", .roles = {"owner"}}}}),
      .user_id = "another-user-with-a-long-id"};
  bool read = false;
  bool update = true;
  EXPECT_EQ(AllocationsOf([&] {
              read = Allows(*record, caller, Action::kRead);
              update = Allows(*record, caller, Action::kUpdate);
            }),
            0);
  EXPECT_TRUE(read);
  EXPECT_FALSE(update);
}

TEST(AllocationTest, ChannelsAreMatchedWithoutAllocation) {
  const std::string id(36, 'p');
  const auto set =
      ChannelSet::Parse(std::vector<std::string>{"presences." + id + ".update", "presences.q"}, 0);
  ASSERT_TRUE(set.ok());
  bool hears = false;
  EXPECT_EQ(AllocationsOf([&] {
              hears = set->Hears(id, EventAction::kUpdate) && !set->Hears(id, EventAction::kDelete);
            }),
            0);
  EXPECT_TRUE(hears);
}

}  // namespace
}  // namespace presences
