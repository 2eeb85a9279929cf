#include "server/gateway/grpc/subscribe_stream.h"

#include <utility>

#include "server/base/reason.h"
#include "server/gateway/grpc/call.h"
#include "server/gateway/grpc/connect_frames.h"
#include "server/gateway/grpc/stream_age.h"

namespace presences::gateway {
SubscribeStream::SubscribeStream(grpc::CallbackServerContext* context,
                                 std::function<void(const absl::Status&)> on_end)
    : context_(context), on_end_(std::move(on_end)) {}

void SubscribeStream::Start(hub::SessionPtr session, service::ConnectionSlot slot,
                            std::chrono::milliseconds max_connection_age) {
  self_ = shared_from_this();
  slot_ = std::move(slot);
  {
    MutexLock lock(mutex_);
    session_ = session;
  }
  if (const auto end = EndOfStream(std::chrono::system_clock::now(), max_connection_age)) {
    age_.Set(*end, [session] { session->GoAway(); });
  }
  StartSendInitialMetadata();  // "subscribed" is told before anything happens
  session->Begin();
}

void SubscribeStream::Refuse(const absl::Status& status) {
  self_ = shared_from_this();
  FinishOnce(status);
}

bool SubscribeStream::Write(hub::Frame frame) {
  MutexLock lock(mutex_);
  // A stream that has ended swallows the frame; its session is being closed.
  if (finished_) return false;
  writing_ = true;
  buffer_ = ToBuffer(std::move(frame));
  StartWrite(&buffer_);
  return false;
}

void SubscribeStream::OnWriteDone(bool ok) {
  hub::SessionPtr session;
  absl::Status end_status;
  bool ending = false;
  {
    MutexLock lock(mutex_);
    writing_ = false;
    buffer_.Clear();  // a stream may be idle for long
    session = session_;
    ending = ending_;
    end_status = end_status_;
  }
  if (ending) return FinishOnce(end_status);
  if (!ok) {
    // The peer is gone; OnCancel follows or has run.
    if (session != nullptr) session->Close();
    return FinishOnce(absl::CancelledError("the peer is gone"));
  }
  if (session != nullptr) session->Ready();
}

void SubscribeStream::End(const absl::Status& status) {
  {
    MutexLock lock(mutex_);
    if (writing_) {  // after the frame that is under way
      ending_ = true;
      end_status_ = status;
      return;
    }
  }
  FinishOnce(status);
}

void SubscribeStream::Abort(const absl::Status& status) {
  {
    MutexLock lock(mutex_);
    ending_ = true;
    end_status_ = status;
    if (finished_) return;
  }
  // The outstanding write will never complete: cutting the call is what frees it.
  context_->TryCancel();
}

void SubscribeStream::OnCancel() {
  hub::SessionPtr session;
  bool writing = false;
  {
    MutexLock lock(mutex_);
    session = session_;
    writing = writing_;
  }
  if (session != nullptr) session->Close();
  if (!writing) FinishOnce(absl::CancelledError("the call was cancelled"));
}

void SubscribeStream::FinishOnce(const absl::Status& status) {
  {
    MutexLock lock(mutex_);
    if (std::exchange(finished_, true)) return;
  }
  age_.Stop();
  on_end_(status);
  Finish(ToGrpc(status));
}

void SubscribeStream::OnDone() {
  hub::SessionPtr session;
  {
    MutexLock lock(mutex_);
    session = std::move(session_);
  }
  if (session != nullptr) session->Close();
  slot_.Release();  // before the session lets go of this
  const std::shared_ptr<SubscribeStream> last = std::move(self_);
}

}  // namespace presences::gateway
