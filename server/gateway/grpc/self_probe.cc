#include "server/gateway/grpc/self_probe.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/channel_arguments.h>

#include <utility>

namespace presences::gateway {

struct SelfProbe::Call {
  grpc::ClientContext context;
  grpc::ByteBuffer request;
  grpc::ByteBuffer response;
};

SelfProbe::SelfProbe(grpc::Server& server, Heartbeat& heart)
    : heart_(heart),
      channel_(server.InProcessChannel(grpc::ChannelArguments())),
      stub_(std::make_unique<grpc::GenericStub>(channel_)) {}

SelfProbe::~SelfProbe() { Stop(); }

void SelfProbe::Start() {
  Call* call = nullptr;
  {
    MutexLock lock(mutex_);
    if (stopped_ || call_ != nullptr) return;
    call_ = std::make_unique<Call>();
    call = call_.get();
    heart_.Expect();
  }
  const grpc::Slice empty;  // a HealthCheckRequest for the whole server
  call->request = grpc::ByteBuffer(&empty, 1);
  stub_->UnaryCall(&call->context, "/grpc.health.v1.Health/Check", {}, &call->request,
                   &call->response, [this](const grpc::Status&) {
                     std::unique_ptr<Call> done;
                     MutexLock lock(mutex_);
                     done = std::move(call_);
                     heart_.Rest();
                     ended_.NotifyAll();
                   });
}

void SelfProbe::Stop() {
  MutexLock lock(mutex_);
  if (std::exchange(stopped_, true)) return;
  if (call_ != nullptr) call_->context.TryCancel();
  while (call_ != nullptr) ended_.Wait(lock);
  lock.Unlock();
  stub_.reset();
  channel_.reset();
}

}  // namespace presences::gateway
