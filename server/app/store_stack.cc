#include "server/app/store_stack.h"

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/app/engine.h"
#include "server/base/log.h"
#include "server/config/build.h"

namespace presences::app {

absl::Status StoreStack::Open(const config::Config& config, Metrics& metrics,
                              Heartbeats& heartbeats) {
  for (const config::ProjectConfig& project : config.projects) {
    rules.push_back(config::BuildProjectRules(project));
  }
  auto opened = OpenEngine(config.storage, rules, metrics, heartbeats);
  if (!opened.ok()) return opened.status();
  log = *std::move(opened);
  for (std::uint32_t i = 0; i < rules.size(); ++i) {
    states.push_back(std::make_unique<store::State>(rules[i]));
    store::State& state = *states.back();
    auto head = log->Load(i, [&state](PresencePtr record) { state.Load(std::move(record)); });
    if (!head.ok()) return head.status();
    state.LoadedUpTo(head->revision);
    heads.push_back(*head);
    LogInfo("project loaded", {{"project", rules[i].project_id},
                               {"records", absl::StrCat(state.size())},
                               {"revision", absl::StrCat(head->revision)}});
  }
  return absl::OkStatus();
}

}  // namespace presences::app
