#include "client/subscription.h"

#include <deque>
#include <future>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace presences::client {
namespace {

using ::testing::ElementsAre;
using Kind = StreamEvent::Kind;

// Gives prepared events, then waits for Cancel.
class QueueStream final : public EventStream {
 public:
  explicit QueueStream(std::deque<StreamEvent> events) : events_(std::move(events)) {}

  absl::StatusOr<StreamEvent> Next() override {
    if (!events_.empty()) {
      StreamEvent event = std::move(events_.front());
      events_.pop_front();
      token_ = event.resume_token;
      return event;
    }
    MutexLock lock(mutex_);
    while (!cancelled_) wake_.Wait(lock);
    return absl::CancelledError("cancelled");
  }
  void Cancel() override {
    MutexLock lock(mutex_);
    cancelled_ = true;
    wake_.NotifyAll();
  }
  std::string resume_token() const override { return token_; }

 private:
  std::deque<StreamEvent> events_;
  std::string token_;
  Mutex mutex_;
  CondVar wake_;
  bool cancelled_ GUARDED_BY(mutex_) = false;
};

Change Upserted(const std::string& id) {
  return {.type = ChangeType::kUpserted, .presence = {.id = id}};
}

TEST(SubscriptionTest, TellsEverythingInOrderAfterTheViewHasIt) {
  std::vector<std::string> told;
  std::promise<void> second_current;
  Subscription* self = nullptr;
  std::promise<void> constructed;
  auto ready = constructed.get_future().share();
  Subscription subscription(
      std::make_unique<QueueStream>(std::deque<StreamEvent>{
          {.kind = Kind::kReset},
          {.kind = Kind::kChanges, .changes = {Upserted("a"), Upserted("b")}},
          {.kind = Kind::kCurrent, .resume_token = "t1"},
          {.kind = Kind::kReset},
          {.kind = Kind::kChanges, .changes = {Upserted("b")}},
          {.kind = Kind::kCurrent, .resume_token = "t2"}}),
      {.on_reset =
           [&] {
             ready.wait();
             told.emplace_back("reset");
           },
       .on_change =
           [&](const Change& change) {
             EXPECT_TRUE(self->Find(change.presence.id).has_value());
             told.push_back(change.presence.id);
           },
       .on_current =
           [&](const std::vector<Presence>& dropped) {
             EXPECT_TRUE(self->is_current());
             told.push_back("current -" + (dropped.empty() ? "" : dropped[0].id));
             if (self->resume_token() == "t2") second_current.set_value();
           }});
  self = &subscription;
  constructed.set_value();
  second_current.get_future().wait();
  EXPECT_THAT(told, ElementsAre("reset", "a", "b", "current -", "reset", "b", "current -a"));
  ASSERT_EQ(subscription.Records().size(), 1u);
  EXPECT_EQ(subscription.Records()[0].id, "b");
  EXPECT_FALSE(subscription.Find("a").has_value());
}

TEST(SubscriptionTest, EndsWithItsOwner) {
  absl::Status end;
  {
    const Subscription subscription(std::make_unique<QueueStream>(std::deque<StreamEvent>{}),
                                    {.on_end = [&](const absl::Status& why) { end = why; }});
  }
  EXPECT_TRUE(absl::IsCancelled(end));
}

}  // namespace
}  // namespace presences::client
