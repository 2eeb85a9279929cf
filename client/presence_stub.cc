#include "client/presence_stub.h"

#include <utility>

namespace presences::client {
namespace {

using grpc::ClientContext;
using grpc::Status;

class GeneratedStub final : public PresenceStub {
 public:
  GeneratedStub(std::unique_ptr<v1::Presences::StubInterface> presences,
                std::unique_ptr<v1::Realtime::StubInterface> realtime,
                std::unique_ptr<HealthStub> health)
      : presences_(std::move(presences)),
        realtime_(std::move(realtime)),
        health_(std::move(health)) {}

  Status Upsert(ClientContext& context, const v1::UpsertPresenceRequest& request,
                v1::Presence* response) override {
    return presences_->UpsertPresence(&context, request, response);
  }
  Status Get(ClientContext& context, const v1::GetPresenceRequest& request,
             v1::Presence* response) override {
    return presences_->GetPresence(&context, request, response);
  }
  Status List(ClientContext& context, const v1::ListPresencesRequest& request,
              v1::ListPresencesResponse* response) override {
    return presences_->ListPresences(&context, request, response);
  }
  Status Update(ClientContext& context, const v1::UpdatePresenceRequest& request,
                v1::Presence* response) override {
    return presences_->UpdatePresence(&context, request, response);
  }
  Status Delete(ClientContext& context, const v1::DeletePresenceRequest& request,
                google::protobuf::Empty* response) override {
    return presences_->DeletePresence(&context, request, response);
  }
  Status Count(ClientContext& context, const v1::CountPresencesRequest& request,
               v1::CountPresencesResponse* response) override {
    return presences_->CountPresences(&context, request, response);
  }
  Status BatchUpsert(ClientContext& context, const v1::BatchUpsertPresencesRequest& request,
                     v1::BatchUpsertPresencesResponse* response) override {
    return presences_->BatchUpsertPresences(&context, request, response);
  }
  Status BatchDelete(ClientContext& context, const v1::BatchDeletePresencesRequest& request,
                     v1::BatchDeletePresencesResponse* response) override {
    return presences_->BatchDeletePresences(&context, request, response);
  }
  Status CheckHealth(ClientContext& context, const HealthStub::Request& service,
                     HealthStub::Response* response) override {
    return health_->Check(context, service, response);
  }

  std::unique_ptr<Reader> Subscribe(ClientContext& context,
                                    const v1::SubscribeRequest& request) override {
    return realtime_->Subscribe(&context, request);
  }
  std::unique_ptr<ReaderWriter> Connect(ClientContext& context) override {
    return realtime_->Connect(&context);
  }

 private:
  const std::unique_ptr<v1::Presences::StubInterface> presences_;
  const std::unique_ptr<v1::Realtime::StubInterface> realtime_;
  const std::unique_ptr<HealthStub> health_;
};

}  // namespace

std::unique_ptr<PresenceStub> MakePresenceStub(
    std::unique_ptr<v1::Presences::StubInterface> presences,
    std::unique_ptr<v1::Realtime::StubInterface> realtime, std::unique_ptr<HealthStub> health) {
  return std::make_unique<GeneratedStub>(std::move(presences), std::move(realtime),
                                         std::move(health));
}

}  // namespace presences::client
