#include "server/gateway/grpc/stream_report.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/gateway/grpc/call.h"

namespace presences::gateway {

StreamReport::StreamReport(grpc::CallbackServerContext* context, const Services& services)
    : services_(services),
      started_(services.clock.Monotonic()),
      client_(ClientOf(*context)),
      project_(ProjectOf(*context)) {
  BeginRequest(*context, services.log, request_);
  EchoRequest(request_, Echo::kInitialAndTrailing, *context);
}

void StreamReport::SetCaller(auth::PrincipalPtr principal) {
  MutexLock lock(mutex_);
  principal_ = std::move(principal);
}

void StreamReport::End(const absl::Status& status) {
  const MonotonicTime::duration took = services_.clock.Monotonic() - started_;
  services_.metrics.Count(status, took);
  Write(request_, services_.metrics.method(), status, took, /*is_stream=*/true);
}

void StreamReport::BeginMessage(const CallMetrics& unread) {
  const MonotonicTime now = services_.clock.Monotonic();
  MutexLock lock(mutex_);
  ++messages_;
  message_started_ = now;
  kind_ = &unread;
}

void StreamReport::MessageIs(const CallMetrics& kind) {
  MutexLock lock(mutex_);
  kind_ = &kind;
}

void StreamReport::Answered(const absl::Status& status) {
  MonotonicTime started;
  std::uint64_t number = 0;
  const CallMetrics* kind = nullptr;
  {
    MutexLock lock(mutex_);
    started = message_started_;
    number = messages_;
    kind = kind_;
  }
  const MonotonicTime::duration took = services_.clock.Monotonic() - started;
  kind->Count(CanonicalCode(status), took);
  if (services_.log.IsQuiet(request_, status, took)) return;
  Write(request_.Message(number), absl::StrCat(services_.metrics.method(), "/", kind->called()),
        status, took, /*is_stream=*/false);
}

void StreamReport::Refused(const absl::Status& status) {
  Write(request_, services_.metrics.method(), status, MonotonicTime::duration(),
        /*is_stream=*/true);
}

void StreamReport::Write(const RequestContext& request, absl::string_view call,
                         const absl::Status& status, MonotonicTime::duration took, bool is_stream) {
  if (services_.log.IsQuiet(request, status, took, is_stream)) return;
  auth::PrincipalPtr principal;
  {
    MutexLock lock(mutex_);
    principal = principal_;
  }
  services_.log.Write({.surface = service::Surface::kGrpc,
                       .call = call,
                       .context = request,
                       .status = status,
                       .took = took,
                       .is_stream = is_stream,
                       .principal = principal.get(),
                       .project = project_,
                       .client = client_});
}

}  // namespace presences::gateway
