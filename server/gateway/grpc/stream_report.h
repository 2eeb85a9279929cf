// StreamReport: what the metrics and the log hear of one streaming call, and of the messages on it.
//
// Threads: any. Lock order: its mutex alone. The context is used by the constructor and End, which
// runs before the call is finished.
#pragma once

#include <grpcpp/support/server_callback.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "server/auth/principal.h"
#include "server/base/clock.h"
#include "server/base/mutex.h"
#include "server/base/request_context.h"
#include "server/gateway/grpc/rpc_metrics.h"
#include "server/service/request_log.h"

namespace presences::gateway {

class StreamReport {
 public:
  struct Services {
    const RpcMetrics& metrics;
    service::RequestLog& log;
    const Clock& clock;
  };

  // Reads the metadata, and says back in the metadata what the call is named.
  StreamReport(grpc::CallbackServerContext* context, const Services& services);

  // Who calls; changes when a stream authenticates again.
  void SetCaller(auth::PrincipalPtr principal);
  // The call ends with `status`.
  void End(const absl::Status& status);

  // A message has come, of a kind that is not known yet; until it is answered there is no other.
  // Kinds outlive the report.
  void BeginMessage(const CallMetrics& unread);
  void MessageIs(const CallMetrics& kind);
  // It was answered; counts and times it by its kind.
  void Answered(const absl::Status& status);
  // The caller as a whole was refused; the call goes on.
  void Refused(const absl::Status& status);

 private:
  void Write(const RequestContext& request, absl::string_view call, const absl::Status& status,
             MonotonicTime::duration took, bool is_stream);

  const Services services_;
  const MonotonicTime started_;
  const std::string client_;
  const std::string project_;  // as named
  RequestContext request_;

  Mutex mutex_;
  auth::PrincipalPtr principal_ GUARDED_BY(mutex_);
  std::uint64_t messages_ GUARDED_BY(mutex_) = 0;
  MonotonicTime message_started_ GUARDED_BY(mutex_);
  const CallMetrics* kind_ GUARDED_BY(mutex_) = nullptr;  // of the message
};

}  // namespace presences::gateway
