// What the configuration says of each listener, in the listener's own terms.
//
// Threads: any (pure functions).
#pragma once

#include <vector>

#include "server/config/config.h"
#include "server/gateway/grpc/grpc_server.h"
#include "server/gateway/http/http_server.h"
#include "server/gateway/ws/ws_gateway.h"
#include "server/service/origin_policy.h"

namespace presences::app {

// `dev` adds channelz (design 3.4).
gateway::GrpcServer::Options GrpcOptions(const config::Config& config, bool dev);
// With the console's pages; the caller adds what becomes of upgrades.
gateway::HttpServer::Options HttpOptions(const config::Config& config);
gateway::WsGateway::Options SocketOptions(const config::Config& config);
std::vector<service::OriginPolicy::Project> Origins(const config::Config& config);

}  // namespace presences::app
