#include "client/retrying_connection.h"

#include <utility>

#include "client/error_details.h"
#include "client/presence_client.h"
#include "client/presence_stub.h"
#include "gmock/gmock.h"
#include "presences/v1/presences_mock.grpc.pb.h"
#include "presences/v1/realtime_mock.grpc.pb.h"
#include "tests/unit/client/refusal.h"
#include "tests/unit/client/stepping_clock.h"

namespace presences::client {
namespace {

using std::chrono::milliseconds;
using ::testing::_;
using ::testing::DoAll;
using ::testing::ElementsAre;
using ::testing::Return;
using ::testing::SetArgPointee;

v1::Presence Record(const std::string& id) {
  v1::Presence presence;
  presence.set_presence_id(id);
  presence.set_revision(3);
  presence.mutable_expire_time()->set_seconds(7);
  return presence;
}

class RetryingConnectionTest : public ::testing::Test {
 protected:
  RetryingConnectionTest() {
    auto presences = std::make_unique<::testing::StrictMock<v1::MockPresencesStub>>();
    presences_ = presences.get();
    stub_ =
        MakePresenceStub(std::move(presences), std::make_unique<v1::MockRealtimeStub>(), nullptr);
  }

  PresenceClient Client(const RetryPolicy& policy = {}) {
    return PresenceClient(MakeRetryingConnection(stub_, clock_, {.policy = policy, .seed = 1}));
  }

  SteppingClock clock_;
  v1::MockPresencesStub* presences_;
  std::shared_ptr<PresenceStub> stub_;
};

TEST_F(RetryingConnectionTest, SendsAbsentAndEmptyPermissionsApart) {
  std::vector<v1::UpsertPresenceRequest> sent;
  EXPECT_CALL(*presences_, UpsertPresence)
      .Times(2)
      .WillRepeatedly(
          [&](grpc::ClientContext*, const v1::UpsertPresenceRequest& request, v1::Presence* out) {
            sent.push_back(request);
            *out = Record("p1");
            return grpc::Status::OK;
          });
  const auto plain = Client().Upsert({.id = "p1", .status = "online"});
  ASSERT_TRUE(plain.ok()) << plain.status();
  EXPECT_EQ(plain->revision, 3);
  EXPECT_EQ(plain->expires_at, TimePoint(milliseconds(7000)));
  EXPECT_TRUE(Client()
                  .Upsert({.id = "p1",
                           .status = "online",
                           .user_id = "u1",
                           .metadata = "{\"a\":1}",
                           .expires_at = TimePoint(milliseconds(1500)),
                           .permissions = std::vector<std::string>{},
                           .if_revision = 0})
                  .ok());
  EXPECT_FALSE(sent[0].has_permissions() || sent[0].has_user_id() || sent[0].has_metadata() ||
               sent[0].has_expire_time() || sent[0].has_if_revision());
  EXPECT_TRUE(sent[1].has_permissions());
  EXPECT_EQ(sent[1].permissions().permissions_size(), 0);
  EXPECT_TRUE(sent[1].has_if_revision());
  EXPECT_EQ(sent[1].expire_time().seconds(), 1);
  EXPECT_EQ(sent[1].expire_time().nanos(), 500'000'000);
}

TEST_F(RetryingConnectionTest, RepeatsUntilTheServerIsBack) {
  EXPECT_CALL(*presences_, GetPresence)
      .WillOnce(Return(Unreachable()))
      .WillOnce(Return(Refusal(grpc::StatusCode::RESOURCE_EXHAUSTED, "GENERAL_RATE_LIMIT_EXCEEDED",
                               milliseconds(800))))
      .WillOnce(DoAll(SetArgPointee<2>(Record("p1")), Return(grpc::Status::OK)));
  const auto presence = Client().Get("p1");
  ASSERT_TRUE(presence.ok()) << presence.status();
  EXPECT_EQ(presence->id, "p1");
  ASSERT_EQ(clock_.waits.size(), 2u);
  EXPECT_GE(clock_.waits[1], milliseconds(800));
}

TEST_F(RetryingConnectionTest, DoesNotRepeatARefusal) {
  EXPECT_CALL(*presences_, GetPresence)
      .WillOnce(Return(Refusal(grpc::StatusCode::NOT_FOUND, "PRESENCE_NOT_FOUND")));
  EXPECT_EQ(ReasonOf(Client().Get("p1").status()), "PRESENCE_NOT_FOUND");
  EXPECT_TRUE(clock_.waits.empty());
}

TEST_F(RetryingConnectionTest, StopsWhenTheTimeIsUp) {
  EXPECT_CALL(*presences_, GetPresence).WillRepeatedly(Return(Unreachable()));
  const MonotonicTime started = clock_.Monotonic();
  EXPECT_TRUE(absl::IsUnavailable(Client({.call_timeout = milliseconds(3000)}).Get("p1").status()));
  EXPECT_LT(clock_.Monotonic() - started, milliseconds(3000));
  EXPECT_GE(clock_.waits.size(), 3u);
}

TEST_F(RetryingConnectionTest, DoesNotOutwaitTheTimeForAServerThatAsksForMore) {
  EXPECT_CALL(*presences_, GetPresence)
      .WillOnce(Return(Refusal(grpc::StatusCode::RESOURCE_EXHAUSTED, "X", milliseconds(60'000))));
  EXPECT_TRUE(absl::IsResourceExhausted(Client().Get("p1").status()));
  EXPECT_TRUE(clock_.waits.empty());
}

TEST_F(RetryingConnectionTest, StopsAfterTheGivenAttempts) {
  EXPECT_CALL(*presences_, GetPresence).Times(2).WillRepeatedly(Return(Unreachable()));
  EXPECT_FALSE(Client({.max_attempts = 2}).Get("p1").ok());
}

TEST_F(RetryingConnectionTest, DoesNotRepeatACheckedWriteWhoseAnswerWasLost) {
  // The first attempt may have happened; the second would meet its revision and fail.
  EXPECT_CALL(*presences_, UpsertPresence).WillOnce(Return(Unreachable()));
  EXPECT_TRUE(
      absl::IsUnavailable(Client().Upsert({.id = "p1", .status = "s", .if_revision = 4}).status()));
  EXPECT_CALL(*presences_, UpdatePresence).WillOnce(Return(Unreachable()));
  EXPECT_FALSE(Client().Update({.id = "p1", .status = "s", .if_revision = 4}).ok());
  EXPECT_CALL(*presences_, DeletePresence).WillOnce(Return(Unreachable()));
  EXPECT_FALSE(Client().Delete("p1", 4).ok());
  EXPECT_CALL(*presences_, BatchUpsertPresences).WillOnce(Return(Unreachable()));
  EXPECT_FALSE(Client().BatchUpsert({{.id = "a"}, {.id = "b", .if_revision = 0}}).ok());
}

TEST_F(RetryingConnectionTest, RepeatsACheckedWriteThatWasRefusedForTheMoment) {
  EXPECT_CALL(*presences_, UpsertPresence)
      .WillOnce(Return(Refusal(grpc::StatusCode::RESOURCE_EXHAUSTED, "X", milliseconds(5))))
      .WillOnce(Return(grpc::Status::OK));
  EXPECT_TRUE(Client().Upsert({.id = "p1", .status = "s", .if_revision = 4}).ok());
}

TEST_F(RetryingConnectionTest, TakesNotFoundAfterALostAnswerForDeleted) {
  const auto not_found = Refusal(grpc::StatusCode::NOT_FOUND, "PRESENCE_NOT_FOUND");
  EXPECT_CALL(*presences_, DeletePresence)
      .WillOnce(Return(Unreachable()))
      .WillOnce(Return(not_found))
      .WillOnce(Return(not_found));
  EXPECT_TRUE(Client().Delete("p1").ok());
  EXPECT_TRUE(absl::IsNotFound(Client().Delete("p1")));
}

TEST_F(RetryingConnectionTest, AnswersEachItemOfABatch) {
  v1::BatchUpsertPresencesResponse response;
  *response.add_results()->mutable_presence() = Record("a");
  response.add_results()->mutable_error()->set_code(grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_CALL(*presences_, BatchUpsertPresences)
      .WillOnce(DoAll(SetArgPointee<2>(response), Return(grpc::Status::OK)));
  const auto results = Client().BatchUpsert({{.id = "a"}, {.id = "b"}});
  ASSERT_TRUE(results.ok()) << results.status();
  ASSERT_EQ(results->size(), 2u);
  EXPECT_EQ((*results)[0]->id, "a");
  EXPECT_TRUE(absl::IsAlreadyExists((*results)[1].status()));
}

TEST_F(RetryingConnectionTest, ListsAndCounts) {
  v1::ListPresencesResponse page;
  page.set_total(9);
  *page.add_presences() = Record("a");
  v1::ListPresencesRequest listed;
  EXPECT_CALL(*presences_, ListPresences)
      .WillOnce([&](grpc::ClientContext*, const v1::ListPresencesRequest& request,
                    v1::ListPresencesResponse* out) {
        listed = request;
        *out = page;
        return grpc::Status::OK;
      });
  const auto list = Client().List({.queries = {"q"}, .want_total = false, .cache_seconds = 5});
  ASSERT_TRUE(list.ok());
  EXPECT_EQ(list->total, 9);
  EXPECT_EQ(list->presences.size(), 1u);
  EXPECT_THAT(listed.queries(), ElementsAre("q"));
  EXPECT_FALSE(listed.total());
  EXPECT_EQ(listed.ttl(), 5);

  v1::CountPresencesResponse counts;
  counts.set_total(4);
  counts.add_groups()->set_value("online");
  counts.mutable_groups(0)->set_count(4);
  EXPECT_CALL(*presences_, CountPresences)
      .WillOnce(DoAll(SetArgPointee<2>(counts), Return(grpc::Status::OK)));
  const auto count = Client().Count({.group_by = "status"});
  ASSERT_TRUE(count.ok());
  EXPECT_EQ(count->total, 4);
  EXPECT_EQ(count->groups.at(0).value, "online");
}

TEST_F(RetryingConnectionTest, SparseUpdateSendsOnlyWhatIsGiven) {
  v1::UpdatePresenceRequest sent;
  EXPECT_CALL(*presences_, UpdatePresence)
      .WillOnce([&](grpc::ClientContext*, const v1::UpdatePresenceRequest& request, v1::Presence*) {
        sent = request;
        return grpc::Status::OK;
      });
  EXPECT_TRUE(Client().Update({.id = "p1", .metadata = "{}", .purge = true}).ok());
  EXPECT_TRUE(sent.has_metadata() && sent.purge());
  EXPECT_FALSE(sent.has_status() || sent.has_user_id() || sent.has_permissions());
}

}  // namespace
}  // namespace presences::client
