#include "client/resuming_hold.h"

#include <grpcpp/test/mock_stream.h>

#include <deque>
#include <utility>

#include "client/error_details.h"
#include "client/presence_stub.h"
#include "gmock/gmock.h"
#include "presences/v1/presences_mock.grpc.pb.h"
#include "presences/v1/realtime_mock.grpc.pb.h"
#include "tests/unit/client/refusal.h"
#include "tests/unit/client/stepping_clock.h"

namespace presences::client {
namespace {

using ::testing::_;
using ::testing::NiceMock;
using ::testing::Return;
using Stream =
    NiceMock<grpc::testing::MockClientReaderWriter<v1::ConnectRequest, v1::ConnectResponse>>;

v1::ConnectResponse Ready() {
  v1::ConnectResponse response;
  response.mutable_ready()->set_connection_id("c1");
  return response;
}
v1::ConnectResponse Held(const std::string& id) {
  v1::ConnectResponse response;
  response.set_request_id("hold");
  response.mutable_presence()->set_presence_id(id);
  return response;
}
v1::ConnectResponse Refused(const grpc::Status& status) {
  v1::ConnectResponse response;
  response.set_request_id("hold");
  response.mutable_error()->ParseFromString(status.error_details());
  return response;
}

class ResumingHoldTest : public ::testing::Test {
 protected:
  struct Script {
    std::vector<v1::ConnectResponse> responses;
    grpc::Status end;
  };

  std::unique_ptr<HeldStream> Hold(std::deque<Script> scripts, PresenceUpsert upsert,
                                   const RetryPolicy& policy = {}) {
    scripts_ = std::move(scripts);
    auto realtime = std::make_unique<NiceMock<v1::MockRealtimeStub>>();
    ON_CALL(*realtime, ConnectRaw).WillByDefault([this](grpc::ClientContext*) { return Play(); });
    std::shared_ptr<PresenceStub> stub = MakePresenceStub(
        std::make_unique<NiceMock<v1::MockPresencesStub>>(), std::move(realtime), nullptr);
    return MakeResumingHold(stub, {.presence = std::move(upsert)}, policy, clock_, 1);
  }

  PresenceStub::ReaderWriter* Play() {
    EXPECT_FALSE(scripts_.empty()) << "one connection more than the test expects";
    auto script = std::make_shared<Script>(std::move(scripts_.front()));
    scripts_.pop_front();
    auto next = std::make_shared<std::size_t>(0);
    auto stream = std::make_unique<Stream>();
    ON_CALL(*stream, Read).WillByDefault([script, next](v1::ConnectResponse* out) {
      if (*next == script->responses.size()) return false;
      *out = script->responses[(*next)++];
      return true;
    });
    ON_CALL(*stream, Finish).WillByDefault(Return(script->end));
    ON_CALL(*stream, Write).WillByDefault([this](const v1::ConnectRequest& request, auto) {
      sent_.push_back(request);
      return true;
    });
    ON_CALL(*stream, WritesDone).WillByDefault([this] {
      ++half_closed_;
      return true;
    });
    return stream.release();
  }

  SteppingClock clock_;
  std::deque<Script> scripts_;
  std::vector<v1::ConnectRequest> sent_;
  int half_closed_ = 0;
};

TEST_F(ResumingHoldTest, TakesTheSameRecordAgainAfterABreak) {
  const auto held = Hold({{{Ready(), Held("made-by-server")}, Unreachable()},
                          {{Ready(), Held("made-by-server")}, grpc::Status::OK}},
                         {.status = "online"});
  EXPECT_EQ(held->Next()->id, "made-by-server");
  EXPECT_EQ(held->Next()->id, "made-by-server");
  ASSERT_EQ(sent_.size(), 2u);
  EXPECT_EQ(sent_[0].upsert_presence().presence_id(), "");
  EXPECT_EQ(sent_[1].upsert_presence().presence_id(), "made-by-server");
  EXPECT_EQ(clock_.waits.size(), 1u);
}

TEST_F(ResumingHoldTest, ReleasesByAHalfCloseOnce) {
  auto held = Hold({{{Held("p1")}, grpc::Status::OK}}, {.id = "p1", .status = "online"});
  EXPECT_TRUE(held->Next().ok());
  held->Release();
  EXPECT_TRUE(absl::IsCancelled(held->Next().status()));
  held.reset();
  EXPECT_EQ(half_closed_, 1);
}

TEST_F(ResumingHoldTest, ItsEndIsClean) {
  auto held = Hold({{{Held("p1")}, grpc::Status::OK}}, {.id = "p1", .status = "online"});
  EXPECT_TRUE(held->Next().ok());
  held.reset();
  EXPECT_EQ(half_closed_, 1);
}

TEST_F(ResumingHoldTest, GivesUpWhenNoConnectionWorksForTooLong) {
  const Script broken{{}, Unreachable()};
  const auto held = Hold(std::deque<Script>(20, broken), {.id = "p1"},
                         {.give_up_after = std::chrono::milliseconds(2000)});
  EXPECT_TRUE(absl::IsUnavailable(held->Next().status()));
  EXPECT_GE(clock_.waits.size(), 3u);
}

TEST_F(ResumingHoldTest, PassesARefusalOn) {
  const auto refusal = Refusal(grpc::StatusCode::ALREADY_EXISTS, "PRESENCE_ALREADY_EXISTS");
  const auto held = Hold({{{Ready(), Refused(refusal)}, grpc::Status::OK}}, {.id = "p1"});
  EXPECT_EQ(ReasonOf(held->Next().status()), "PRESENCE_ALREADY_EXISTS");
  EXPECT_EQ(ReasonOf(held->Next().status()), "PRESENCE_ALREADY_EXISTS");
}

TEST_F(ResumingHoldTest, PassesOnThatAServerCannotHold) {
  const auto held =
      Hold({{{}, Refusal(grpc::StatusCode::UNIMPLEMENTED, "GENERAL_NOT_IMPLEMENTED")}}, {});
  EXPECT_TRUE(absl::IsUnimplemented(held->Next().status()));
}

TEST_F(ResumingHoldTest, TriesAgainWhatIsRefusedForTheMoment) {
  const auto busy = Refusal(grpc::StatusCode::UNAVAILABLE, "GENERAL_STORAGE_UNAVAILABLE",
                            std::chrono::milliseconds(900));
  const auto held =
      Hold({{{Refused(busy)}, grpc::Status::OK}, {{Held("p1")}, grpc::Status::OK}}, {.id = "p1"});
  EXPECT_TRUE(held->Next().ok());
  ASSERT_EQ(clock_.waits.size(), 1u);
  EXPECT_GE(clock_.waits[0], std::chrono::milliseconds(900));
}

}  // namespace
}  // namespace presences::client
