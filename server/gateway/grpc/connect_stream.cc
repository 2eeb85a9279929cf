#include "server/gateway/grpc/connect_stream.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "presences/v1/realtime.pb.h"
#include "server/gateway/grpc/call.h"
#include "server/gateway/grpc/connect_subscription.h"
#include "server/gateway/grpc/stream_age.h"

namespace presences::gateway {

ConnectStream::ConnectStream(grpc::CallbackServerContext* context, const Services& services,
                             std::unique_ptr<StreamReport> report)
    : context_(context),
      services_(services),
      report_(std::move(report)),
      messages_(services.clock) {}

ConnectStream::~ConnectStream() = default;

void ConnectStream::Start(auth::PrincipalPtr principal, service::ConnectionSlot slot) {
  self_ = shared_from_this();
  slot_ = std::move(slot);
  quota_ = services_.realtime.project(principal->project).quota;
  holder_ = services_.holds.Join(principal->project);
  report_->SetCaller(principal);
  {
    MutexLock lock(mutex_);
    principal_ = std::move(principal);
  }
  const auto self = shared_from_this();
  services_.open.Add(this, {[self] { self->GoAway(); }, [self] { self->CheckCredential(); }});
  v1::ConnectResponse ready;
  ready.mutable_ready()->set_connection_id(absl::StrCat("c", holder_));
  Reply(ready.SerializeAsString());
  AwaitExpiry();
  if (const auto end =
          EndOfStream(std::chrono::system_clock::now(), services_.max_connection_age)) {
    age_.Set(*end, [self = shared_from_this()] { self->GoAway(); });
  }
  ReadNext();
}

void ConnectStream::Refuse(const absl::Status& status) {
  self_ = shared_from_this();
  FinishOnce(status);
}

void ConnectStream::ReadNext() {
  MutexLock lock(mutex_);
  if (!finished_) StartRead(&incoming_);
}

void ConnectStream::Reply(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  MutexLock lock(mutex_);
  if (finished_) return;
  replies_.emplace_back(&slice, 1);
  StartNextWrite();
}

void ConnectStream::StartNextWrite() {
  if (writing_ || finished_) return;
  if (!replies_.empty()) {
    outgoing_.Swap(&replies_.front());
    replies_.pop_front();
  } else if (!frames_.empty()) {
    writing_frame_of_ = std::move(frames_.front());
    frames_.pop_front();
    outgoing_.Swap(&writing_frame_of_->frame_);
  } else {
    return;
  }
  writing_ = true;
  StartWrite(&outgoing_);
}

void ConnectStream::OnWriteDone(bool ok) {
  hub::SessionPtr ready;
  std::optional<absl::Status> end;
  {
    MutexLock lock(mutex_);
    writing_ = false;
    if (const auto written = std::exchange(writing_frame_of_, nullptr)) ready = written->session_;
    if (ok) StartNextWrite();
    if (!writing_) end = end_when_idle_;
  }
  if (!ok) return;  // OnCancel follows
  if (end) return FinishOnce(*end);
  if (ready != nullptr) ready->Ready();
}

void ConnectStream::OnCancel() {
  Leave(service::Parting::kLost);
  FinishOnce(absl::CancelledError("the call was cancelled"));
}

void ConnectStream::Leave(service::Parting parting) {
  std::vector<hub::SessionPtr> sessions;
  {
    MutexLock lock(mutex_);
    if (std::exchange(left_, true)) return;
    for (const auto& [id, subscription] : subscriptions_) {
      subscription->closed_ = true;
      if (subscription->session_ != nullptr) {
        sessions.push_back(std::exchange(subscription->session_, nullptr));
      }
    }
    subscriptions_.clear();
  }
  for (const hub::SessionPtr& session : sessions) session->Close();
  if (holder_ != 0) services_.holds.Leave(holder_, parting);
  slot_.Release();
}

void ConnectStream::GoAway() {
  std::vector<hub::SessionPtr> sessions;
  {
    MutexLock lock(mutex_);
    for (const auto& [id, subscription] : subscriptions_) {
      if (subscription->session_ != nullptr) sessions.push_back(subscription->session_);
    }
  }
  for (const hub::SessionPtr& session : sessions) session->GoAway();
  if (sessions.empty()) FinishOnce(SentOn());
}

void ConnectStream::FinishOnce(const absl::Status& status) {
  {
    MutexLock lock(mutex_);
    if (finished_) return;  // the context may be gone
    if (writing_ && !context_->IsCancelled()) {
      if (!end_when_idle_) end_when_idle_ = status;
      return;
    }
    finished_ = true;
  }
  alarm_.Stop();
  age_.Stop();
  Leave(service::Parting::kLost);
  report_->End(status);
  Finish(ToGrpc(status));
}

void ConnectStream::OnDone() {
  services_.open.Remove(this);
  Leave(service::Parting::kLost);
  {
    MutexLock lock(mutex_);
    frames_.clear();
  }
  const std::shared_ptr<ConnectStream> last = std::move(self_);
}

}  // namespace presences::gateway
