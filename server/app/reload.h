// Reload: takes over what may change while the server runs, all of it or nothing (design 3.1).
//
// Everything is built and checked first; only then is anything swapped, and swapping cannot fail.
//
// Threads: one at a time.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/app/key_set_keeper.h"
#include "server/app/use_cases.h"
#include "server/auth/authenticator.h"
#include "server/config/build.h"
#include "server/config/config.h"
#include "server/gateway/grpc/grpc_server.h"
#include "server/gateway/http/http_server.h"
#include "server/service/origin_policy.h"
#include "server/service/request_log.h"

namespace presences::app {

absl::StatusOr<std::vector<auth::ProjectAuth>> BuildAuths(const config::Config& config,
                                                          const config::FetchedKeySets& fetched);

// Who takes over.
struct ReloadTargets {
  KeySetKeeper& keys;
  service::OriginPolicy& origins;
  UseCases& use_cases;
  gateway::HttpServer& http;
  gateway::GrpcServer& grpc;
  service::RequestLog& log;
};

// Answers the keys that changed. A refusal says which key stands in the way; then nothing changed.
absl::StatusOr<std::vector<std::string>> Reload(const config::Config& running,
                                                const config::Config& next,
                                                const ReloadTargets& targets);

}  // namespace presences::app
