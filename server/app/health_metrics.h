// HealthMetrics: readiness, storage, threads, reloads and certificates as metrics.
//
// Threads: Collect one at a time; the rest one at a time, beside it.
#pragma once

#include "server/app/health.h"
#include "server/base/clock.h"
#include "server/base/metrics.h"
#include "server/config/config.h"

namespace presences::app {

class HealthMetrics {
 public:
  // `loaded`: when the configuration that runs was read.
  HealthMetrics(Metrics& metrics, const Health& health, TimePoint loaded);

  // Sets the gauges that are read rather than counted; before each scrape.
  void Collect();
  void NoteReload(bool taken_over, TimePoint now);
  // The certificates that the listeners show from now on.
  void NoteCertificates(const config::ServerConfig& server);

 private:
  Metrics& metrics_;
  const Health& health_;
  Gauge& ready_;
  Gauge& storage_;
  Gauge& reloaded_;
  Gauge& reload_time_;
  Counter& taken_over_;
  Counter& refused_;
};

}  // namespace presences::app
