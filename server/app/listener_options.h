// What the configuration says of each listener, in the listener's own terms.
//
// Threads: any (pure functions).
#pragma once

#include <vector>

#include "server/base/heartbeat.h"
#include "server/config/config.h"
#include "server/gateway/grpc/grpc_server.h"
#include "server/gateway/http/http_server.h"
#include "server/gateway/ws/ws_gateway.h"
#include "server/service/origin_policy.h"
#include "server/service/quota.h"

namespace presences::app {

// `dev` adds channelz (design 3.4).
gateway::GrpcServer::Options GrpcOptions(const config::Config& config, bool dev,
                                         Heartbeats& heartbeats);
// With the console's pages; the caller adds what becomes of upgrades.
gateway::HttpServer::Options HttpOptions(const config::Config& config, Heartbeats& heartbeats);
gateway::WsGateway::Options SocketOptions(const config::Config& config,
                                          const std::vector<service::QuotaPtr>& quotas);
service::ProjectLimits LimitsOf(const config::ProjectConfig& project);
std::vector<service::OriginPolicy::Project> Origins(const config::Config& config);

}  // namespace presences::app
