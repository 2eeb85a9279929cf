#include "server/app/use_cases.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "server/app/listener_options.h"
#include "server/service/project.h"

namespace presences::app {
namespace {

std::vector<service::Project> ServiceProjects(StoreStack& store,
                                              const std::vector<service::QuotaPtr>& quotas) {
  std::vector<service::Project> projects;
  projects.reserve(store.rules.size());
  for (std::size_t i = 0; i < store.rules.size(); ++i) {
    projects.push_back({&store.rules[i], store.states[i].get(), quotas[i]});
  }
  return projects;
}

std::vector<service::HoldKeeper::Project> HoldingProjects(const config::Config& config,
                                                          StoreStack& store) {
  std::vector<service::HoldKeeper::Project> projects;
  projects.reserve(store.rules.size());
  for (std::size_t i = 0; i < store.rules.size(); ++i) {
    projects.push_back({store.states[i].get(), config.projects[i].connection_grace,
                        config.projects[i].navigation_grace,
                        store.rules[i].identity == Identity::kPerUser, store.rules[i].project_id});
  }
  return projects;
}

}  // namespace

UseCases::UseCases(const config::Config& config, StoreStack& store, Clock& clock, Metrics& metrics,
                   Heartbeats& heartbeats) {
  std::vector<hub::Hub::Project> watched;
  std::vector<store::Committer::Project> committed;
  std::vector<store::State*> expiring;
  for (std::size_t i = 0; i < store.rules.size(); ++i) {
    store::State* const state = store.states[i].get();
    watched.push_back({store.rules[i].project_id, state, store.heads[i]});
    committed.push_back({&store.rules[i], state, store.heads[i]});
    expiring.push_back(state);
    quotas.push_back(std::make_shared<service::Quota>(store.rules[i].project_id,
                                                      LimitsOf(config.projects[i]), clock));
  }
  hub::Hub::Options hub_options;
  hub_options.heartbeats = &heartbeats;
  hub = std::make_unique<hub::Hub>(hub_options, watched, clock, metrics);
  store::Committer::Options commit_options;
  commit_options.heartbeats = &heartbeats;
  committer = std::make_unique<store::Committer>(commit_options, *store.log, std::move(committed),
                                                 *hub, clock, metrics);
  store::Expirer::Options expiry_options;
  expiry_options.heartbeats = &heartbeats;
  expirer = std::make_unique<store::Expirer>(expiry_options, *committer, std::move(expiring), clock,
                                             metrics);
  presences =
      std::make_unique<service::PresenceService>(ServiceProjects(store, quotas), *committer, clock);
  realtime = std::make_unique<service::RealtimeService>(ServiceProjects(store, quotas), *hub);
  holds = std::make_unique<service::HoldKeeper>(HoldingProjects(config, store), *committer, clock,
                                                metrics, heartbeats);
}

void UseCases::Stop() {
  holds->Stop();
  expirer->Stop();
  committer->Stop();
  hub->Stop();
}

}  // namespace presences::app
