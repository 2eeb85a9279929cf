#include "server/app/server_metrics.h"

#include <utility>

#include "server/app/version.h"

namespace presences::app {
namespace {

const MetricFamily kBuildInfo{MetricType::kGauge, "presences_build_info", "version,engine",
                              "Always 1; its labels say which version runs on which log engine."};
const MetricFamily kConnections{
    MetricType::kGauge, "presences_connections", "surface",
    "Open connections to the HTTP port, by what they are: http or websocket."};

}  // namespace

ServerMetrics::ServerMetrics(Metrics& metrics, const std::string& engine, Connections connections)
    : connections_(std::move(connections)),
      http_(metrics.GetGauge(kConnections, {{"surface", "http"}})),
      websocket_(metrics.GetGauge(kConnections, {{"surface", "websocket"}})),
      process_(metrics) {
  metrics.GetGauge(kBuildInfo, {{"version", kVersion}, {"engine", engine}}).Set(1);
}

void ServerMetrics::Collect() {
  http_.Set(static_cast<double>(connections_.http()));
  websocket_.Set(static_cast<double>(connections_.websocket()));
  process_.Collect();
}

}  // namespace presences::app
