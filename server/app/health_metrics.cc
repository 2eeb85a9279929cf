#include "server/app/health_metrics.h"

#include <chrono>
#include <string>
#include <utility>

#include "server/config/tls_check.h"
#include "server/ops/checks.h"

namespace presences::app {
namespace {

const MetricFamily kReady{MetricType::kGauge, "presences_ready", "",
                          "1 while /readyz answers 200, else 0."};
const MetricFamily kStorage{MetricType::kGauge, "presences_storage_available", "",
                            "1 while the log takes writes, else 0; reads go on either way."};
const MetricFamily kStall{
    MetricType::kGauge, "presences_thread_stall_seconds", "thread",
    "Time since a thread that has work last moved, in seconds; 0 while it rests or waits for the "
    "disk. /livez fails above 30."};
const MetricFamily kReloads{MetricType::kCounter, "presences_config_reloads_total", "result",
                            "Reloads by SIGHUP: ok, or refused with nothing changed."};
const MetricFamily kReloaded{MetricType::kGauge, "presences_config_last_reload_successful", "",
                             "0 when the last reload was refused, else 1."};
const MetricFamily kReloadTime{MetricType::kGauge,
                               "presences_config_last_reload_success_timestamp_seconds", "",
                               "When the configuration in force was read, in seconds since 1970."};
const MetricFamily kCertificate{
    MetricType::kGauge, "presences_tls_certificate_expiry_timestamp_seconds", "listener",
    "When the first certificate of the listener's chain expires, in seconds since 1970."};

double SecondsOf(TimePoint time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

}  // namespace

HealthMetrics::HealthMetrics(Metrics& metrics, const Health& health, TimePoint loaded)
    : metrics_(metrics),
      health_(health),
      ready_(metrics.GetGauge(kReady)),
      storage_(metrics.GetGauge(kStorage)),
      reloaded_(metrics.GetGauge(kReloaded)),
      reload_time_(metrics.GetGauge(kReloadTime)),
      taken_over_(metrics.GetCounter(kReloads, {{"result", "ok"}})),
      refused_(metrics.GetCounter(kReloads, {{"result", "refused"}})) {
  reloaded_.Set(1);
  reload_time_.Set(SecondsOf(loaded));
}

void HealthMetrics::Collect() {
  ready_.Set(ops::AllPass(health_.Readiness()) ? 1 : 0);
  storage_.Set(health_.Storage().ok() ? 1 : 0);
  for (const Heartbeat::Sign& sign : health_.threads()) {
    const bool working = sign.doing == Heartbeat::Sign::Doing::kWorking;
    metrics_.GetGauge(kStall, {{"thread", sign.thread}})
        .Set(working ? std::chrono::duration<double>(sign.silent).count() : 0);
  }
}

void HealthMetrics::NoteReload(bool taken_over, TimePoint now) {
  (taken_over ? taken_over_ : refused_).Increment();
  reloaded_.Set(taken_over ? 1 : 0);
  if (taken_over) reload_time_.Set(SecondsOf(now));
}

void HealthMetrics::NoteCertificates(const config::ServerConfig& server) {
  for (const auto& [name, listener] :
       {std::pair{"grpc", &server.grpc}, std::pair{"http", &server.http}}) {
    if (!listener->tls) continue;
    const auto expiry = config::ExpiryOf(listener->tls->text.certificate);
    if (expiry) metrics_.GetGauge(kCertificate, {{"listener", name}}).Set(SecondsOf(*expiry));
  }
}

}  // namespace presences::app
