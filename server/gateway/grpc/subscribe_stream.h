// SubscribeStream: one Subscribe call as a sink of the hub.
//
// Threads: any. Lock order: its own mutex alone; gRPC is never called while the hub's locks are
// held. Lifetime: gRPC holds it until OnDone, the session until it is closed.
#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <chrono>
#include <functional>
#include <memory>

#include "server/base/mutex.h"
#include "server/gateway/grpc/stream_alarm.h"
#include "server/hub/session.h"
#include "server/hub/sink.h"
#include "server/service/quota.h"

namespace presences::gateway {

class SubscribeStream final : public grpc::ServerWriteReactor<grpc::ByteBuffer>,
                              public hub::Sink,
                              public std::enable_shared_from_this<SubscribeStream> {
 public:
  // `on_end` hears the final status once.
  SubscribeStream(grpc::CallbackServerContext* context,
                  std::function<void(const absl::Status&)> on_end);

  // Keeps itself alive until gRPC is done, and starts the session. `max_connection_age`: after
  // most of it the subscriber is sent on; 0 is never.
  void Start(hub::SessionPtr session, service::ConnectionSlot slot,
             std::chrono::milliseconds max_connection_age);
  // Ends a call that never got a session.
  void Refuse(const absl::Status& status);

  bool Write(hub::Frame frame) override;
  void End(const absl::Status& status) override;
  void Abort(const absl::Status& status) override;

 private:
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;
  void FinishOnce(const absl::Status& status);

  grpc::CallbackServerContext* const context_;
  const std::function<void(const absl::Status&)> on_end_;
  std::shared_ptr<SubscribeStream> self_;  // until OnDone
  StreamAlarm age_;
  service::ConnectionSlot slot_;

  Mutex mutex_;
  hub::SessionPtr session_ GUARDED_BY(mutex_);
  bool writing_ GUARDED_BY(mutex_) = false;
  bool finished_ GUARDED_BY(mutex_) = false;
  bool ending_ GUARDED_BY(mutex_) = false;
  absl::Status end_status_ GUARDED_BY(mutex_);
  grpc::ByteBuffer buffer_;  // of the write under way
};

}  // namespace presences::gateway
