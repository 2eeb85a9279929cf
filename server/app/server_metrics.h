// ServerMetrics: what is read at a scrape rather than counted: build, connections, process.
//
// Threads: one at a time.
#pragma once

#include <functional>
#include <string>

#include "server/base/metrics.h"
#include "server/ops/process_metrics.h"

namespace presences::app {

class ServerMetrics {
 public:
  // How many connections there are now.
  struct Connections {
    std::function<std::size_t()> http;
    std::function<std::size_t()> websocket;
  };

  ServerMetrics(Metrics& metrics, const std::string& engine, Connections connections);

  // Sets the gauges.
  void Collect();

 private:
  const Connections connections_;
  Gauge& http_;
  Gauge& websocket_;
  ops::ProcessMetrics process_;
};

}  // namespace presences::app
