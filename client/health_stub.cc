#include "client/health_stub.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/codegen/proto_utils.h>

#include <future>
#include <utility>

namespace presences::client {
namespace {

class GenericHealthStub final : public HealthStub {
 public:
  explicit GenericHealthStub(std::shared_ptr<grpc::ChannelInterface> channel)
      : stub_(std::move(channel)) {}

  grpc::Status Check(grpc::ClientContext& context, const Request& service,
                     Response* response) override {
    std::promise<grpc::Status> done;
    stub_.UnaryCall(&context, "/grpc.health.v1.Health/Check", {}, &service, response,
                    [&done](grpc::Status status) { done.set_value(std::move(status)); });
    return done.get_future().get();
  }

 private:
  grpc::TemplatedGenericStub<Request, Response> stub_;
};

}  // namespace

std::unique_ptr<HealthStub> MakeHealthStub(std::shared_ptr<grpc::ChannelInterface> channel) {
  return std::make_unique<GenericHealthStub>(std::move(channel));
}

}  // namespace presences::client
