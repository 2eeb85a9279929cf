// ScriptedStreams: a generated Realtime mock whose Subscribe answers prepared connections, one
// after another, and keeps the requests.
//
// Threads: one at a time.
#pragma once

#include <grpcpp/test/mock_stream.h>

#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "client/presence_stub.h"
#include "gmock/gmock.h"
#include "presences/v1/presences_mock.grpc.pb.h"
#include "presences/v1/realtime_mock.grpc.pb.h"

namespace presences::client {

// One connection: its responses, then its end.
struct Script {
  std::vector<v1::SubscribeResponse> responses;
  grpc::Status end;
};

inline v1::SubscribeResponse Reset() {
  v1::SubscribeResponse response;
  response.mutable_reset();
  return response;
}

inline v1::SubscribeResponse Current(const std::string& token) {
  v1::SubscribeResponse response;
  response.set_resume_token(token);
  response.mutable_current();
  return response;
}

inline v1::SubscribeResponse Heartbeat(const std::string& token) {
  v1::SubscribeResponse response;
  response.set_resume_token(token);
  response.mutable_heartbeat();
  return response;
}

inline v1::SubscribeResponse GoingAway(const std::string& token) {
  v1::SubscribeResponse response;
  response.set_resume_token(token);
  response.mutable_going_away();
  return response;
}

inline v1::SubscribeResponse Upserted(const std::string& id, const std::string& token) {
  v1::SubscribeResponse response;
  response.set_resume_token(token);
  v1::Change* change = response.mutable_changes()->add_changes();
  change->set_type(v1::Change::TYPE_UPSERTED);
  change->mutable_presence()->set_presence_id(id);
  return response;
}

class ScriptedStreams {
 public:
  explicit ScriptedStreams(std::vector<Script> scripts) : scripts_(scripts.begin(), scripts.end()) {
    auto realtime = std::make_unique<::testing::NiceMock<v1::MockRealtimeStub>>();
    ON_CALL(*realtime, SubscribeRaw)
        .WillByDefault([this](grpc::ClientContext*, const v1::SubscribeRequest& request) {
          requests.push_back(request);
          return Play();
        });
    stub = MakePresenceStub(std::make_unique<::testing::NiceMock<v1::MockPresencesStub>>(),
                            std::move(realtime), nullptr);
  }

  std::shared_ptr<PresenceStub> stub;
  std::vector<v1::SubscribeRequest> requests;

 private:
  PresenceStub::Reader* Play() {
    auto reader = std::make_unique<
        ::testing::NiceMock<grpc::testing::MockClientReader<v1::SubscribeResponse>>>();
    EXPECT_FALSE(scripts_.empty()) << "one connection more than the test expects";
    if (scripts_.empty()) {
      ON_CALL(*reader, Finish).WillByDefault(::testing::Return(grpc::Status::CANCELLED));
      return reader.release();
    }
    auto script = std::make_shared<Script>(std::move(scripts_.front()));
    scripts_.pop_front();
    auto next = std::make_shared<std::size_t>(0);
    ON_CALL(*reader, Read).WillByDefault([script, next](v1::SubscribeResponse* out) {
      if (*next == script->responses.size()) return false;
      *out = script->responses[(*next)++];
      return true;
    });
    ON_CALL(*reader, Finish).WillByDefault(::testing::Return(script->end));
    return reader.release();
  }

  std::deque<Script> scripts_;
};

}  // namespace presences::client
