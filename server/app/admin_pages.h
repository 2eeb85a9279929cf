// What operators read on the admin port: /metrics, /loglevel, /livez, /readyz, /statusz.
//
// Threads: the handlers run on the admin server's.
#pragma once

#include <map>
#include <string>

#include "server/app/health.h"
#include "server/app/status_page.h"
#include "server/ops/admin_server.h"
#include "server/ops/prometheus_metrics.h"

namespace presences::app {

// All of it outlives the admin server.
std::map<std::string, ops::AdminServer::Handler> AdminPages(const ops::PrometheusMetrics& metrics,
                                                            const Health& health,
                                                            const StatusView& status);

}  // namespace presences::app
