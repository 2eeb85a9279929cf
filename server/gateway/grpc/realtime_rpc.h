// RealtimeRpc: the gRPC face of RealtimeService: Subscribe and Connect.
//
// Subscribe is a raw method: its frames come encoded from the hub and are wrapped, not copied.
//
// Threads: any; made before the server starts, destroyed after it stopped.
#pragma once

#include <grpcpp/impl/service_type.h>

#include <chrono>
#include <memory>

#include "server/auth/authenticator.h"
#include "server/base/clock.h"
#include "server/base/metrics.h"
#include "server/gateway/grpc/open_streams.h"
#include "server/service/hold_keeper.h"
#include "server/service/realtime_service.h"
#include "server/service/request_log.h"

namespace presences::gateway {

// How long streams last, and where those are found that the server must reach.
struct StreamLife {
  OpenStreams& open;
  std::chrono::milliseconds max_connection_age{0};  // 0: for ever
};

std::unique_ptr<grpc::Service> MakeRealtimeRpc(service::RealtimeService& realtime,
                                               service::HoldKeeper& holds,
                                               const auth::Authenticator& authenticator,
                                               const Clock& clock, Metrics& metrics,
                                               service::RequestLog& log, StreamLife life);

}  // namespace presences::gateway
