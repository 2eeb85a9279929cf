#include "tests/bench/unary_load.h"

#include <grpcpp/generic/generic_stub.h>

#include <utility>

namespace presences::bench {
namespace {

struct Call {
  grpc::ClientContext context;
  grpc::ByteBuffer reply;
  grpc::Status status;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
};

}  // namespace

UnaryLoad::UnaryLoad(const std::string& address, std::string method, int in_flight,
                     std::function<std::string(int)> request)
    : method_(std::move(method)), in_flight_(in_flight), request_(std::move(request)) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  channel_ = grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

UnaryLoad::Result UnaryLoad::Run(std::chrono::milliseconds duration) {
  grpc::GenericStub stub(channel_);
  grpc::CompletionQueue queue;
  const auto start_one = [&] {
    auto* call = new Call;
    call->context.AddMetadata("x-appwrite-key", "bench-key");
    const grpc::Slice slice(request_(next_++));
    call->reader =
        stub.PrepareUnaryCall(&call->context, method_, grpc::ByteBuffer(&slice, 1), &queue);
    call->reader->StartCall();
    call->reader->Finish(&call->reply, &call->status, call);
  };
  using Clock = std::chrono::steady_clock;
  const auto started = Clock::now();
  const auto until = started + duration;
  int flying = in_flight_;
  for (int i = 0; i < in_flight_; ++i) start_one();
  Result result;
  void* tag = nullptr;
  bool ok = false;
  while (flying > 0 && queue.Next(&tag, &ok)) {
    const std::unique_ptr<Call> call(static_cast<Call*>(tag));
    ++result.calls;
    if (!call->status.ok()) ++result.errors;
    if (Clock::now() < until) {
      start_one();
    } else {
      --flying;
    }
  }
  result.seconds = std::chrono::duration<double>(Clock::now() - started).count();
  return result;
}

}  // namespace presences::bench
