// PresenceStub: one gRPC call per method, nothing added. Decorators add (credential_stub.h).
//
// Threads: any.
#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/sync_stream.h>

#include <memory>
#include <string>

#include "client/health_stub.h"
#include "presences/v1/presences.grpc.pb.h"
#include "presences/v1/realtime.grpc.pb.h"

namespace presences::client {

class PresenceStub {
 public:
  using Reader = grpc::ClientReaderInterface<v1::SubscribeResponse>;
  using ReaderWriter = grpc::ClientReaderWriterInterface<v1::ConnectRequest, v1::ConnectResponse>;

  virtual ~PresenceStub() = default;

  virtual grpc::Status Upsert(grpc::ClientContext& context,
                              const v1::UpsertPresenceRequest& request, v1::Presence* response) = 0;
  virtual grpc::Status Get(grpc::ClientContext& context, const v1::GetPresenceRequest& request,
                           v1::Presence* response) = 0;
  virtual grpc::Status List(grpc::ClientContext& context, const v1::ListPresencesRequest& request,
                            v1::ListPresencesResponse* response) = 0;
  virtual grpc::Status Update(grpc::ClientContext& context,
                              const v1::UpdatePresenceRequest& request, v1::Presence* response) = 0;
  virtual grpc::Status Delete(grpc::ClientContext& context,
                              const v1::DeletePresenceRequest& request,
                              google::protobuf::Empty* response) = 0;
  virtual grpc::Status Count(grpc::ClientContext& context, const v1::CountPresencesRequest& request,
                             v1::CountPresencesResponse* response) = 0;
  virtual grpc::Status BatchUpsert(grpc::ClientContext& context,
                                   const v1::BatchUpsertPresencesRequest& request,
                                   v1::BatchUpsertPresencesResponse* response) = 0;
  virtual grpc::Status BatchDelete(grpc::ClientContext& context,
                                   const v1::BatchDeletePresencesRequest& request,
                                   v1::BatchDeletePresencesResponse* response) = 0;

  virtual grpc::Status CheckHealth(grpc::ClientContext& context, const HealthStub::Request& service,
                                   HealthStub::Response* response) = 0;

  // The streams refer to `context`, which must outlive them.
  virtual std::unique_ptr<Reader> Subscribe(grpc::ClientContext& context,
                                            const v1::SubscribeRequest& request) = 0;
  virtual std::unique_ptr<ReaderWriter> Connect(grpc::ClientContext& context) = 0;
};

// Calls the generated stubs.
std::unique_ptr<PresenceStub> MakePresenceStub(
    std::unique_ptr<v1::Presences::StubInterface> presences,
    std::unique_ptr<v1::Realtime::StubInterface> realtime, std::unique_ptr<HealthStub> health);

}  // namespace presences::client
