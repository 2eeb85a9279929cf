#include "client/resuming_stream.h"

#include <utility>

#include "client/presence_stub.h"
#include "client/proto_convert.h"
#include "client/reconnector.h"

namespace presences::client {
namespace {

// One connection. Cancel may come from another thread, so the context is shared with it.
struct Call {
  std::shared_ptr<grpc::ClientContext> context = std::make_shared<grpc::ClientContext>();
  std::unique_ptr<PresenceStub::Reader> reader;
};

class ResumingStream final : public EventStream {
 public:
  ResumingStream(std::shared_ptr<PresenceStub> stub, SubscribeRequest request,
                 const RetryPolicy& policy, Clock& clock, std::uint64_t seed)
      : stub_(std::move(stub)),
        request_(std::move(request)),
        reconnector_(policy, clock, seed, request_.on_reconnect) {}

  // The reader is gone with its thread; gRPC wants the call to be over before its objects go.
  ~ResumingStream() override {
    Cancel();
    if (call_.reader != nullptr) Finish().IgnoreError();
  }

  absl::StatusOr<StreamEvent> Next() override {
    while (end_.ok()) {
      if (call_.reader == nullptr) Open();
      v1::SubscribeResponse message;
      if (call_.reader->Read(&message)) return Accept(FromProto(message));
      end_ = reconnector_.Await(Finish());
    }
    return end_;
  }

  void Cancel() override {
    reconnector_.Cancel();
    std::shared_ptr<grpc::ClientContext> context;
    {
      MutexLock lock(mutex_);
      context = context_;
    }
    if (context != nullptr) context->TryCancel();
  }

  std::string resume_token() const override { return request_.resume_token; }

 private:
  void Open() {
    v1::SubscribeRequest message;
    ToProto(request_, &message);
    call_ = {};
    {
      MutexLock lock(mutex_);
      context_ = call_.context;
    }
    // A Cancel before the line above has not seen this context; one after it has.
    if (reconnector_.cancelled()) call_.context->TryCancel();
    call_.reader = stub_->Subscribe(*call_.context, message);
  }

  absl::Status Finish() {
    absl::Status status = FromGrpc(call_.reader->Finish());
    call_.reader = nullptr;
    if (!status.ok()) return status;
    return absl::UnavailableError("the server ended the stream");
  }

  // Keeps what a new connection needs to go on after `event`.
  StreamEvent Accept(StreamEvent event) {
    reconnector_.Progress();
    if (event.kind == StreamEvent::Kind::kReset) {
      // What the old token stands for is void: continuing from it would skip the state that was
      // just promised. Until kCurrent the only way on is to begin anew, state included.
      resetting_ = true;
      request_.snapshot = true;
      request_.resume_token.clear();
    } else if (event.kind == StreamEvent::Kind::kCurrent) {
      resetting_ = false;
    }
    if (resetting_) {
      event.resume_token.clear();
    } else if (!event.resume_token.empty()) {
      request_.resume_token = event.resume_token;
    }
    return event;
  }

  // Constant after construction.
  const std::shared_ptr<PresenceStub> stub_;

  // The reader's.
  SubscribeRequest request_;  // with the newest token
  Call call_;
  absl::Status end_;
  bool resetting_ = false;

  // Shared with Cancel.
  Reconnector reconnector_;
  Mutex mutex_;
  std::shared_ptr<grpc::ClientContext> context_ GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<EventStream> MakeResumingStream(std::shared_ptr<PresenceStub> stub,
                                                SubscribeRequest request, const RetryPolicy& policy,
                                                Clock& clock, std::uint64_t seed) {
  return std::make_unique<ResumingStream>(std::move(stub), std::move(request), policy, clock, seed);
}

}  // namespace presences::client
