// ConnectStream::Subscription: a session of the hub on a Connect stream, under the client's id.
//
// Threads: as a sink; its members are guarded by the stream's mutex.
#pragma once

#include <grpcpp/server_context.h>

#include <memory>
#include <string>
#include <utility>

#include "server/base/reason.h"
#include "server/gateway/grpc/connect_frames.h"
#include "server/gateway/grpc/connect_stream.h"

namespace presences::gateway {

class ConnectStream::Subscription final : public hub::Sink,
                                          public std::enable_shared_from_this<Subscription> {
 public:
  Subscription(std::shared_ptr<ConnectStream> stream, std::string id, service::RawSubscribe request)
      : stream_(std::move(stream)), id_(std::move(id)), request_(std::move(request)) {}

  bool Write(hub::Frame frame) override {
    const std::string token = ResumeTokenOf(frame.head);
    MutexLock lock(stream_->mutex_);
    if (closed_ || stream_->finished_) return false;
    if (!token.empty()) resume_token_ = token;
    frame_ = ConnectEvent(id_, std::move(frame));
    stream_->frames_.push_back(shared_from_this());
    stream_->StartNextWrite();
    return false;
  }

  void End(const absl::Status& status) override {
    if (RowOf(status).code == absl::StatusCode::kUnauthenticated) {
      stream_->TokenExpired(status);
    } else {
      stream_->FinishOnce(status);
    }
  }

  void Abort(const absl::Status&) override { stream_->context_->TryCancel(); }

  // Guarded by the stream's mutex.
  std::shared_ptr<ConnectStream> stream_;
  const std::string id_;
  service::RawSubscribe request_;
  std::string resume_token_;
  grpc::ByteBuffer frame_;
  hub::SessionPtr session_;
  bool closed_ = false;
};

}  // namespace presences::gateway
