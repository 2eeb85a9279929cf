#include "server/core/change.h"

#include <array>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace presences {
namespace {

using std::chrono::milliseconds;

PresenceFields SomeFields() {
  PresenceFields fields;
  fields.id = "p1";
  fields.user_id = "u1";
  fields.status = "online";
  fields.revision = 5;
  fields.created_revision = 5;
  return fields;
}

Change MakeChange(ChangeKind kind, PresencePtr before, PresencePtr after) {
  return Change(6, TimePoint(milliseconds(9)), kind, DeleteCause::kNone, std::move(before),
                std::move(after));
}

TEST(ChangeTest, AnnouncesEveryEndAsADelete) {
  const PresencePtr record = Presence::Make(SomeFields());
  EXPECT_EQ(MakeChange(ChangeKind::kUpserted, nullptr, record).action(), EventAction::kUpsert);
  EXPECT_EQ(MakeChange(ChangeKind::kUpdated, record, record).action(), EventAction::kUpdate);
  EXPECT_EQ(MakeChange(ChangeKind::kDeleted, record, nullptr).action(), EventAction::kDelete);
  EXPECT_EQ(MakeChange(ChangeKind::kExpired, record, nullptr).action(), EventAction::kDelete);
}

TEST(ChangeTest, SpeaksOfTheRecordThatThereIs) {
  const PresencePtr before = Presence::Make(SomeFields());
  const PresencePtr after = Presence::Make(SomeFields());
  EXPECT_EQ(&MakeChange(ChangeKind::kUpdated, before, after).record(), after.get());
  EXPECT_EQ(&MakeChange(ChangeKind::kDeleted, before, nullptr).record(), before.get());
}

TEST(ChangeTest, OnlyTimesWhenNothingElseDiffers) {
  const PresencePtr before = Presence::Make(SomeFields());
  const auto only_times = [&](auto change) {
    PresenceFields fields = SomeFields();
    fields.revision = 6;
    change(fields);
    return MakeChange(ChangeKind::kUpserted, before, Presence::Make(fields)).only_times();
  };
  EXPECT_TRUE(only_times([](PresenceFields&) {}));
  EXPECT_TRUE(only_times([](PresenceFields& f) {
    f.updated_at += milliseconds(1);
    f.expires_at += milliseconds(1);
  }));
  EXPECT_FALSE(only_times([](PresenceFields& f) { f.status = "away"; }));
  EXPECT_FALSE(only_times([](PresenceFields& f) { f.user_id = "u2"; }));
  EXPECT_FALSE(only_times([](PresenceFields& f) { f.metadata = R"({"a":1})"; }));
  EXPECT_FALSE(only_times([](PresenceFields& f) { f.permissions = {R"(read("any"))"}; }));
  EXPECT_FALSE(only_times([](PresenceFields& f) { f.source = Source::kGrpc; }));
  EXPECT_FALSE(only_times([](PresenceFields& f) { f.created_revision = 6; })) << "another record";
  EXPECT_FALSE(MakeChange(ChangeKind::kUpserted, nullptr, before).only_times());
  EXPECT_FALSE(MakeChange(ChangeKind::kDeleted, before, nullptr).only_times());
}

TEST(ChangeTest, EncodesOncePerFormAndView) {
  const PresencePtr record = Presence::Make(SomeFields());
  const Change change = MakeChange(ChangeKind::kUpdated, record, record);
  int calls = 0;
  const auto encode = [&](const Change&, ChangeView view) {
    ++calls;
    return std::string(view == ChangeView::kRemoved ? "removed" : "as is");
  };
  const std::string& first = change.Encoded(WireForm::kJson, ChangeView::kAsIs, encode);
  EXPECT_EQ(&change.Encoded(WireForm::kJson, ChangeView::kAsIs, encode), &first);
  EXPECT_EQ(first, "as is");
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(change.Encoded(WireForm::kJson, ChangeView::kRemoved, encode), "removed");
  EXPECT_EQ(change.Encoded(WireForm::kProtobuf, ChangeView::kAsIs, encode), "as is");
  EXPECT_EQ(change.Encoded(WireForm::kProtobuf, ChangeView::kRemoved, encode), "removed");
  EXPECT_EQ(calls, 4);
}

TEST(ChangeTest, AllThreadsGetTheSameEncoding) {
  const PresencePtr record = Presence::Make(SomeFields());
  for (int round = 0; round < 200; ++round) {
    const Change change = MakeChange(ChangeKind::kUpdated, record, record);
    std::array<const std::string*, 4> texts{};
    std::vector<std::thread> threads;
    for (const std::string*& text : texts) {
      threads.emplace_back([&change, &text] {
        text = &change.Encoded(WireForm::kJson, ChangeView::kAsIs, [](const Change& c, ChangeView) {
          return std::string(c.record().status());
        });
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (const std::string* text : texts) {
      ASSERT_EQ(text, texts[0]);
      ASSERT_EQ(*text, "online");
    }
  }
}

using ChangeDeathTest = ::testing::Test;

TEST(ChangeDeathTest, MustSpeakOfSomething) {
  EXPECT_DEATH(MakeChange(ChangeKind::kDeleted, nullptr, nullptr), "check failed");
}

}  // namespace
}  // namespace presences
