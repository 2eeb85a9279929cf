#include "server/app/admin_pages.h"

#include "server/app/log_settings.h"

namespace presences::app {

std::map<std::string, ops::AdminServer::Handler> AdminPages(const ops::PrometheusMetrics& metrics,
                                                            const Health& health,
                                                            const StatusView& status) {
  std::map<std::string, ops::AdminServer::Handler> pages;
  pages["/metrics"] = [&metrics](absl::string_view) {
    return ops::AdminResponse{200, "text/plain; version=0.0.4; charset=utf-8", metrics.Text()};
  };
  pages["/loglevel"] = [](absl::string_view) { return ShowLogLevel(); };
  pages["/livez"] = [&health](absl::string_view query) {
    return ops::Answer(health.Liveness(), query);
  };
  pages["/readyz"] = [&health](absl::string_view query) {
    return ops::Answer(health.Readiness(), query);
  };
  pages["/statusz"] = [status](absl::string_view) {
    return ops::AdminResponse{200, "application/json", StatusText(status)};
  };
  return pages;
}

}  // namespace presences::app
