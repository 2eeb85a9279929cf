#include "server/app/admin_pages.h"

#include <chrono>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/app/engine.h"
#include "server/app/log_settings.h"
#include "server/app/version.h"

namespace presences::app {
namespace {

constexpr char kPlain[] = "text/plain; charset=utf-8";

absl::Status Readiness(const AdminView& view) {
  if (view.draining) return absl::UnavailableError("draining");
  return view.use_cases.committer->log_status();
}

std::string StatusText(const AdminView& view) {
  const auto uptime =
      std::chrono::duration_cast<std::chrono::seconds>(view.clock.Monotonic() - view.started)
          .count();
  std::string text = absl::StrCat(
      "{\"version\":\"", kVersion, "\",\"uptime_seconds\":", uptime, ",\"engine\":\"",
      EngineName(view.config.storage), "\",\"draining\":", view.draining ? "true" : "false",
      ",\"subscriptions\":", view.use_cases.hub->session_count(), ",\"projects\":[");
  for (std::uint32_t i = 0; i < view.store.rules.size(); ++i) {
    const store::LogHead head = view.use_cases.committer->head(i);
    absl::StrAppend(&text, i == 0 ? "" : ",", "{\"id\":\"", view.store.rules[i].project_id,
                    "\",\"records\":", view.store.states[i]->size(),
                    ",\"revision\":", head.revision, ",\"epoch\":\"", absl::Hex(head.epoch), "\"}");
  }
  return text + "]}\n";
}

}  // namespace

std::map<std::string, ops::AdminServer::Handler> AdminPages(const AdminView& view) {
  std::map<std::string, ops::AdminServer::Handler> pages;
  pages["/metrics"] = [view] {
    return ops::AdminResponse{200, "text/plain; version=0.0.4; charset=utf-8", view.metrics.Text()};
  };
  pages["/loglevel"] = ShowLogLevel;
  pages["/livez"] = [] { return ops::AdminResponse{200, kPlain, "ok\n"}; };
  pages["/readyz"] = [view] {
    const absl::Status status = Readiness(view);
    if (status.ok()) return ops::AdminResponse{200, kPlain, "ok\n"};
    return ops::AdminResponse{503, kPlain, absl::StrCat("not ready: ", status.message(), "\n")};
  };
  pages["/statusz"] = [view] {
    return ops::AdminResponse{200, "application/json", StatusText(view)};
  };
  return pages;
}

}  // namespace presences::app
