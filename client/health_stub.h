// HealthStub: calls grpc.health.v1.Health/Check.
//
// Debian ships no C++ for the health protocol. Its request is one string in field 1 and its answer
// one enum in field 1, which is how StringValue and Int32Value look on the wire too.
//
// Threads: any.
#pragma once

#include <google/protobuf/wrappers.pb.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <memory>

namespace presences::client {

class HealthStub {
 public:
  using Request = google::protobuf::StringValue;  // HealthCheckRequest{service}
  using Response = google::protobuf::Int32Value;  // HealthCheckResponse{status}

  virtual ~HealthStub() = default;
  virtual grpc::Status Check(grpc::ClientContext& context, const Request& service,
                             Response* response) = 0;
};

std::unique_ptr<HealthStub> MakeHealthStub(std::shared_ptr<grpc::ChannelInterface> channel);

}  // namespace presences::client
