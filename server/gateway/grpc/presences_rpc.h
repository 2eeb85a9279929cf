// PresencesRpc: the gRPC face of PresenceService.
//
// Threads: any; made before the server starts, destroyed after it stopped.
#pragma once

#include <grpcpp/impl/service_type.h>

#include <memory>

#include "server/auth/authenticator.h"
#include "server/base/clock.h"
#include "server/base/metrics.h"
#include "server/service/presence_service.h"
#include "server/service/request_log.h"

namespace presences::gateway {

std::unique_ptr<grpc::Service> MakePresencesRpc(service::PresenceService& presences,
                                                const auth::Authenticator& authenticator,
                                                const Clock& clock, Metrics& metrics,
                                                service::RequestLog& log);

}  // namespace presences::gateway
