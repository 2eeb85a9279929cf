#include "client/resuming_hold.h"

#include <utility>

#include "client/presence_stub.h"
#include "client/proto_convert.h"
#include "client/reconnector.h"

namespace presences::client {
namespace {

constexpr char kRequestId[] = "hold";

// One connection. Release may come from another thread while the owner reads; gRPC allows one
// reader beside one writer, so writing is guarded and reading is not.
class HeldCall {
 public:
  explicit HeldCall(PresenceStub& stub) : stream_(stub.Connect(context_)) {}

  // False: the connection broke, or was half-closed before.
  bool Send(const v1::ConnectRequest& request) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return !half_closed_ && stream_->Write(request);
  }
  // Tells the server that this is a clean end.
  void HalfClose() EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    if (!std::exchange(half_closed_, true)) stream_->WritesDone();
  }
  bool Read(v1::ConnectResponse* response) { return stream_->Read(response); }
  // REQUIRES: Read has answered false.
  absl::Status Finish() {
    absl::Status status = FromGrpc(stream_->Finish());
    return status.ok() ? absl::UnavailableError("the server ended the connection") : status;
  }
  // Reads whatever is left, so that the end is clean.
  absl::Status Drain() {
    HalfClose();
    v1::ConnectResponse ignored;
    while (Read(&ignored)) {
    }
    return Finish();
  }

 private:
  grpc::ClientContext context_;
  const std::unique_ptr<PresenceStub::ReaderWriter> stream_;
  Mutex mutex_;
  bool half_closed_ GUARDED_BY(mutex_) = false;
};

class ResumingHold final : public HeldStream {
 public:
  ResumingHold(std::shared_ptr<PresenceStub> stub, HoldRequest request, const RetryPolicy& policy,
               Clock& clock, std::uint64_t seed)
      : stub_(std::move(stub)),
        upsert_(std::move(request.presence)),
        reconnector_(policy, clock, seed, std::move(request.on_reconnect)) {}

  ~ResumingHold() override {
    Release();
    if (call_ != nullptr) call_->Drain().IgnoreError();
  }

  absl::StatusOr<Presence> Next() override {
    while (end_.ok()) {
      if (call_ == nullptr) Open();
      absl::StatusOr<Presence> held = ReadUntilHeld();
      if (held.ok()) {
        reconnector_.Progress();
        return held;
      }
      ShareCall(nullptr);
      end_ = reconnector_.Await(held.status());
    }
    return end_;
  }

  void Release() override {
    reconnector_.Cancel();
    std::shared_ptr<HeldCall> call;
    {
      MutexLock lock(mutex_);
      call = shared_call_;
    }
    if (call != nullptr) call->HalfClose();
  }

 private:
  void ShareCall(std::shared_ptr<HeldCall> call) {
    call_ = call;
    MutexLock lock(mutex_);
    shared_call_ = std::move(call);
  }

  void Open() {
    ShareCall(std::make_shared<HeldCall>(*stub_));
    // A Release before the line above has not seen this call; one after it has.
    if (reconnector_.cancelled()) call_->HalfClose();
    v1::ConnectRequest request;
    request.set_request_id(kRequestId);
    ToProto(upsert_, request.mutable_upsert_presence());
    call_->Send(request);  // a failure shows when reading
  }

  // An error is how the connection ended, or why it was refused.
  absl::StatusOr<Presence> ReadUntilHeld() {
    v1::ConnectResponse response;
    while (call_->Read(&response)) {
      if (response.request_id() != kRequestId) continue;  // ready, and warnings before an end
      if (response.has_error()) {
        absl::Status refusal = FromProto(response.error());
        call_->Drain().IgnoreError();
        return refusal;
      }
      if (response.has_presence()) {
        // The server may have made the id; another connection must hold the same record.
        upsert_.id = response.presence().presence_id();
        return FromProto(response.presence());
      }
    }
    return call_->Finish();
  }

  // Constant after construction.
  const std::shared_ptr<PresenceStub> stub_;

  // The reader's.
  PresenceUpsert upsert_;
  std::shared_ptr<HeldCall> call_;
  absl::Status end_;

  // Shared with Release.
  Reconnector reconnector_;
  Mutex mutex_;
  std::shared_ptr<HeldCall> shared_call_ GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<HeldStream> MakeResumingHold(std::shared_ptr<PresenceStub> stub,
                                             HoldRequest request, const RetryPolicy& policy,
                                             Clock& clock, std::uint64_t seed) {
  return std::make_unique<ResumingHold>(std::move(stub), std::move(request), policy, clock, seed);
}

}  // namespace presences::client
