// What operators read on the admin port: /metrics, /loglevel, /livez, /readyz, /statusz.
//
// Threads: the handlers run on the admin server's.
#pragma once

#include <atomic>
#include <map>
#include <string>

#include "server/app/store_stack.h"
#include "server/app/use_cases.h"
#include "server/base/clock.h"
#include "server/ops/admin_server.h"
#include "server/ops/prometheus_metrics.h"

namespace presences::app {

// What the pages look at; all of it outlives the admin server.
struct AdminView {
  const ops::PrometheusMetrics& metrics;
  const config::Config& config;
  const StoreStack& store;
  const UseCases& use_cases;
  const std::atomic<bool>& draining;
  const Clock& clock;
  MonotonicTime started;
};

std::map<std::string, ops::AdminServer::Handler> AdminPages(const AdminView& view);

}  // namespace presences::app
