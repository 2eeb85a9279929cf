#include "client/resuming_stream.h"

#include <future>

#include "client/error_details.h"
#include "tests/support/fake_clock.h"
#include "tests/unit/client/refusal.h"
#include "tests/unit/client/scripted_streams.h"
#include "tests/unit/client/stepping_clock.h"

namespace presences::client {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using Kind = StreamEvent::Kind;

const grpc::Status kDenied =
    Refusal(grpc::StatusCode::UNAUTHENTICATED, "USER_JWT_INVALID");  // ends a test's stream

class ResumingStreamTest : public ::testing::Test {
 protected:
  // Follows the scripts to the final error; keeps the kinds of the events.
  absl::Status Follow(ScriptedStreams& streams, SubscribeRequest request = {},
                      const RetryPolicy& policy = {}) {
    const auto stream = MakeResumingStream(streams.stub, std::move(request), policy, clock_, 1);
    kinds_.clear();
    while (true) {
      const auto event = stream->Next();
      if (!event.ok()) {
        last_token_ = stream->resume_token();
        return event.status();
      }
      kinds_.push_back(event->kind);
      event_tokens_.push_back(event->resume_token);
    }
  }

  SteppingClock clock_;
  std::vector<Kind> kinds_;
  std::vector<std::string> event_tokens_;
  std::string last_token_;
};

TEST_F(ResumingStreamTest, GoesOnAfterABreakWithTheNewestToken) {
  ScriptedStreams streams({{{Reset(), Current("t1"), Upserted("p1", "t2")}, Unreachable()},
                           {{Heartbeat("t3")}, kDenied}});
  EXPECT_EQ(ReasonOf(Follow(streams)), "USER_JWT_INVALID");
  EXPECT_THAT(kinds_, ElementsAre(Kind::kReset, Kind::kCurrent, Kind::kChanges, Kind::kHeartbeat));
  ASSERT_EQ(streams.requests.size(), 2u);
  EXPECT_EQ(streams.requests[0].resume_token(), "");
  EXPECT_EQ(streams.requests[1].resume_token(), "t2");
  EXPECT_EQ(last_token_, "t3");
}

TEST_F(ResumingStreamTest, BeginsAnewWhenItBreaksBetweenResetAndCurrent) {
  // The token t1 is from before the reset: to continue from it would lose the promised state.
  ScriptedStreams streams(
      {{{Reset(), Current("t1"), Reset(), Upserted("p1", "too-early")}, Unreachable()},
       {{}, kDenied}});
  Follow(streams).IgnoreError();
  ASSERT_EQ(streams.requests.size(), 2u);
  EXPECT_EQ(streams.requests[1].resume_token(), "");
  EXPECT_THAT(event_tokens_, ElementsAre("", "t1", "", ""));
}

TEST_F(ResumingStreamTest, AsksForTheStateAfterAResetEvenIfItBeganWithoutOne) {
  ScriptedStreams streams({{{Current("t1"), Reset()}, Unreachable()}, {{}, kDenied}});
  Follow(streams, {.snapshot = false}).IgnoreError();
  ASSERT_EQ(streams.requests.size(), 2u);
  EXPECT_TRUE(streams.requests[0].has_snapshot() && !streams.requests[0].snapshot());
  EXPECT_FALSE(streams.requests[1].has_snapshot());
}

TEST_F(ResumingStreamTest, KeepsATokenThatTheServerDoesNotRepeat) {
  ScriptedStreams streams({{{Current("t1"), Heartbeat("")}, Unreachable()}, {{}, kDenied}});
  Follow(streams).IgnoreError();
  EXPECT_EQ(streams.requests[1].resume_token(), "t1");
}

TEST_F(ResumingStreamTest, StartsFromTheTokenOfAnEarlierStream) {
  ScriptedStreams streams({{{}, kDenied}});
  Follow(streams, {.resume_token = "kept"}).IgnoreError();
  EXPECT_EQ(streams.requests[0].resume_token(), "kept");
}

TEST_F(ResumingStreamTest, FollowsAServerThatGoesAway) {
  const grpc::Status stopping =
      Refusal(grpc::StatusCode::UNAVAILABLE, "GENERAL_SHUTTING_DOWN", milliseconds(1000));
  ScriptedStreams streams({{{Current("t1"), GoingAway("t2")}, stopping}, {{}, kDenied}});
  Follow(streams).IgnoreError();
  EXPECT_EQ(streams.requests[1].resume_token(), "t2");
  EXPECT_THAT(clock_.waits, ElementsAre(milliseconds(1000)));
}

TEST_F(ResumingStreamTest, ComesBackAfterEveryEndThatIsNoRefusal) {
  ScriptedStreams streams(
      {{{}, grpc::Status::OK},
       {{}, grpc::Status::CANCELLED},  // a server that cuts a stuck stream
       {{}, Refusal(grpc::StatusCode::RESOURCE_EXHAUSTED, "SLOW_CONSUMER")},
       {{}, Refusal(grpc::StatusCode::RESOURCE_EXHAUSTED, "X", milliseconds(700))},
       {{}, kDenied}});
  EXPECT_EQ(ReasonOf(Follow(streams)), "USER_JWT_INVALID");
  EXPECT_EQ(streams.requests.size(), 5u);
  EXPECT_GE(clock_.waits.back(), milliseconds(700));
}

TEST_F(ResumingStreamTest, PassesRefusalsOnAndStaysEnded) {
  for (const auto code : {grpc::StatusCode::UNAUTHENTICATED, grpc::StatusCode::INVALID_ARGUMENT,
                          grpc::StatusCode::PERMISSION_DENIED, grpc::StatusCode::UNIMPLEMENTED,
                          grpc::StatusCode::NOT_FOUND, grpc::StatusCode::INTERNAL,
                          grpc::StatusCode::RESOURCE_EXHAUSTED}) {
    ScriptedStreams streams({{{}, Refusal(code, "GENERAL_RESOURCE_LIMIT_EXCEEDED")}});
    const auto stream = MakeResumingStream(streams.stub, {}, {}, clock_, 1);
    EXPECT_EQ(static_cast<int>(stream->Next().status().code()), code);
    EXPECT_EQ(static_cast<int>(stream->Next().status().code()), code);
    EXPECT_EQ(streams.requests.size(), 1u);
  }
}

TEST_F(ResumingStreamTest, WaitsLongerEachTimeAndAnewAfterProgress) {
  const Script broken{{}, Unreachable()};
  ScriptedStreams streams(
      {broken, broken, broken, broken, {{Heartbeat("t")}, Unreachable()}, {{}, kDenied}});
  Follow(streams, {}, {.initial_backoff = milliseconds(100), .max_backoff = milliseconds(400)})
      .IgnoreError();
  const std::vector<std::int64_t> steps = {100, 200, 400, 400, 100};
  ASSERT_EQ(clock_.waits.size(), steps.size());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    EXPECT_GE(clock_.waits[i].count(), steps[i] / 2) << i;
    EXPECT_LE(clock_.waits[i].count(), steps[i]) << i;
  }
}

TEST_F(ResumingStreamTest, GivesUpWhenNoConnectionWorksForTooLong) {
  const Script broken{{}, Unreachable()};
  ScriptedStreams streams({broken, {{Heartbeat("t")}, Unreachable()}, broken, broken, broken});
  int told = 0;
  const absl::Status status =
      Follow(streams, {.on_reconnect = [&](const absl::Status&, milliseconds) { ++told; }},
             {.initial_backoff = milliseconds(1000), .give_up_after = milliseconds(3000)});
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_EQ(told, static_cast<int>(clock_.waits.size()));
  EXPECT_GE(streams.requests.size(), 4u);  // the heartbeat started the three seconds anew
}

TEST_F(ResumingStreamTest, DoesNotTakeAQuietStreamForALostOne) {
  ScriptedStreams streams({{{Heartbeat("t")}, Unreachable()}, {{}, kDenied}});
  const auto stream =
      MakeResumingStream(streams.stub, {}, {.give_up_after = milliseconds(3000)}, clock_, 1);
  EXPECT_TRUE(stream->Next().ok());
  clock_.Advance(std::chrono::minutes(1));  // nothing to tell, or nobody who asked
  EXPECT_EQ(ReasonOf(stream->Next().status()), "USER_JWT_INVALID");
}

TEST_F(ResumingStreamTest, CancelEndsAWait) {
  ScriptedStreams streams({{{}, Unreachable()}});
  presences::testing::FakeClock still;  // the wait would never end
  std::promise<void> waiting;
  const auto stream = MakeResumingStream(
      streams.stub,
      {.on_reconnect = [&](const absl::Status&, milliseconds) { waiting.set_value(); }}, {}, still,
      1);
  auto result = std::async(std::launch::async, [&] { return stream->Next().status(); });
  waiting.get_future().wait();
  stream->Cancel();
  EXPECT_TRUE(absl::IsCancelled(result.get()));
}

TEST_F(ResumingStreamTest, CancelledByItsOwnerItDoesNotComeBack) {
  ScriptedStreams streams({{{}, grpc::Status::CANCELLED}});
  const auto stream = MakeResumingStream(streams.stub, {}, {}, clock_, 1);
  stream->Cancel();
  EXPECT_TRUE(absl::IsCancelled(stream->Next().status()));
  EXPECT_LE(streams.requests.size(), 1u);
}

TEST_F(ResumingStreamTest, SendsTheWholeRequest) {
  ScriptedStreams streams({{{}, kDenied}});
  Follow(streams, {.channels = {"presences.p1", "presences.delete"},
                   .queries = {"q"},
                   .skip_unchanged = true,
                   .max_batch = 7})
      .IgnoreError();
  const v1::SubscribeRequest& request = streams.requests[0];
  EXPECT_THAT(request.channels(), ElementsAre("presences.p1", "presences.delete"));
  EXPECT_THAT(request.queries(), ElementsAre("q"));
  EXPECT_TRUE(request.skip_unchanged());
  EXPECT_EQ(request.max_batch(), 7);
}

TEST_F(ResumingStreamTest, ReadsChangesWhole) {
  v1::SubscribeResponse response;
  v1::Change* change = response.mutable_changes()->add_changes();
  change->set_type(v1::Change::TYPE_DELETED);
  change->set_delete_cause(v1::Change::DELETE_CAUSE_CONNECTION);
  change->set_revision(9);
  change->mutable_time()->set_seconds(2);
  change->mutable_time()->set_nanos(345'678'901);
  change->mutable_presence()->set_presence_id("p1");
  change->mutable_presence()->set_user_id("u1");
  change->mutable_presence()->set_revision(8);
  change->mutable_presence()->add_permissions("read(\"any\")");
  ScriptedStreams streams({{{response}, kDenied}});
  const auto stream = MakeResumingStream(streams.stub, {}, {}, clock_, 1);
  const auto event = stream->Next();
  ASSERT_TRUE(event.ok()) << event.status();
  ASSERT_EQ(event->changes.size(), 1u);
  const Change& read = event->changes[0];
  EXPECT_EQ(read.type, ChangeType::kDeleted);
  EXPECT_EQ(read.delete_cause, DeleteCause::kConnection);
  EXPECT_EQ(read.revision, 9);
  EXPECT_EQ(read.time, TimePoint(milliseconds(2345)));
  EXPECT_EQ(read.presence.id, "p1");
  EXPECT_EQ(read.presence.user_id, "u1");
  EXPECT_EQ(read.presence.revision, 8);
  EXPECT_EQ(read.presence.metadata, "{}");
  EXPECT_THAT(read.presence.permissions, ElementsAre("read(\"any\")"));
}

}  // namespace
}  // namespace presences::client
