#include "client/credential_stub.h"

#include <grpcpp/test/client_context_test_peer.h>

#include <utility>

#include "client/connect.h"
#include "gmock/gmock.h"
#include "presences/v1/presences_mock.grpc.pb.h"
#include "presences/v1/realtime_mock.grpc.pb.h"

namespace presences::client {
namespace {

using ::testing::_;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::Return;
using ::testing::UnorderedElementsAre;

class CredentialStubTest : public ::testing::Test {
 protected:
  std::unique_ptr<PresenceStub> Make(Credentials credentials) {
    auto presences = std::make_unique<::testing::NiceMock<v1::MockPresencesStub>>();
    auto realtime = std::make_unique<::testing::NiceMock<v1::MockRealtimeStub>>();
    presences_ = presences.get();
    realtime_ = realtime.get();
    return MakeCredentialStub(MakePresenceStub(std::move(presences), std::move(realtime), nullptr),
                              [credentials] { return credentials; });
  }
  // What one call carries with it.
  std::multimap<std::string, std::string> Sent(Credentials credentials) {
    auto stub = Make(std::move(credentials));
    v1::Presence response;
    EXPECT_TRUE(stub->Get(context_, {}, &response).ok());
    return grpc::testing::ClientContextTestPeer(&context_).GetSendInitialMetadata();
  }

  grpc::ClientContext context_;
  ::testing::NiceMock<v1::MockPresencesStub>* presences_ = nullptr;
  ::testing::NiceMock<v1::MockRealtimeStub>* realtime_ = nullptr;
};

TEST_F(CredentialStubTest, SendsWhatIsGiven) {
  EXPECT_THAT(Sent({.project = "demo", .api_key = "k", .token = "a.b.c"}),
              UnorderedElementsAre(Pair("x-appwrite-project", "demo"), Pair("x-appwrite-key", "k"),
                                   Pair("authorization", "Bearer a.b.c")));
}

TEST_F(CredentialStubTest, SendsNothingForAGuest) { EXPECT_THAT(Sent({}), IsEmpty()); }

TEST_F(CredentialStubTest, RefusesWhatAHeaderCannotCarryInsteadOfAborting) {
  auto stub = Make({.api_key = "key\n"});
  EXPECT_CALL(*presences_, GetPresence).Times(0);
  EXPECT_CALL(*realtime_, SubscribeRaw).Times(0);
  v1::Presence response;
  const grpc::Status status = stub->Get(context_, {}, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("api_key"));

  auto reader = stub->Subscribe(context_, {});
  v1::SubscribeResponse event;
  EXPECT_FALSE(reader->Read(&event));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);

  auto stream = stub->Connect(context_);
  EXPECT_FALSE(stream->Write({}));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST(ConnectTest, NamesTheOptionThatCannotBeUsed) {
  EXPECT_THAT(Connect({.endpoint = ""}).status().message(), HasSubstr("endpoint"));
  EXPECT_THAT(Connect({.token = "a b"}).status().message(), HasSubstr("token"));
  EXPECT_THAT(Connect({.tls = true, .ca_file = "/no/such/file"}).status().message(),
              HasSubstr("ca_file"));
  EXPECT_THAT(Connect({.endpoint = "https://host:1", .key_file = "k"}).status().message(),
              HasSubstr("cert_file, key_file"));
}

}  // namespace
}  // namespace presences::client
