#include "server/app/use_cases.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "server/service/project.h"

namespace presences::app {
namespace {

service::Project ServiceProject(const config::ProjectConfig& project, const ProjectRules& rules,
                                store::State& state, Clock& clock) {
  const config::Limits& limits = project.limits;
  service::Project made;
  made.rules = &rules;
  made.state = &state;
  made.limits.max_channels_per_subscription =
      static_cast<std::size_t>(limits.max_channels_per_subscription);
  made.limits.max_subscriptions_per_connection =
      static_cast<std::size_t>(limits.max_subscriptions_per_connection);
  made.limits.messages_per_second = static_cast<double>(limits.messages_per_second);
  made.limits.message_burst = static_cast<double>(limits.message_burst);
  made.limits.writes_per_second = static_cast<double>(limits.writes_per_second);
  if (limits.writes_per_second > 0) {
    made.writes = std::make_shared<service::TokenBucket>(made.limits.writes_per_second,
                                                         made.limits.writes_per_second, clock);
  }
  return made;
}

std::vector<service::Project> ServiceProjects(const config::Config& config, StoreStack& store,
                                              Clock& clock) {
  std::vector<service::Project> projects;
  projects.reserve(store.rules.size());
  for (std::size_t i = 0; i < store.rules.size(); ++i) {
    projects.push_back(ServiceProject(config.projects[i], store.rules[i], *store.states[i], clock));
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

UseCases::UseCases(const config::Config& config, StoreStack& store, Clock& clock,
                   Metrics& metrics) {
  std::vector<hub::Hub::Project> watched;
  std::vector<store::Committer::Project> committed;
  std::vector<store::State*> expiring;
  for (std::size_t i = 0; i < store.rules.size(); ++i) {
    store::State* const state = store.states[i].get();
    watched.push_back({store.rules[i].project_id, state, store.heads[i]});
    committed.push_back({&store.rules[i], state, store.heads[i]});
    expiring.push_back(state);
  }
  hub = std::make_unique<hub::Hub>(hub::Hub::Options{}, watched, clock, metrics);
  committer = std::make_unique<store::Committer>(store::Committer::Options{}, *store.log,
                                                 std::move(committed), *hub, clock, metrics);
  expirer = std::make_unique<store::Expirer>(store::Expirer::Options{}, *committer,
                                             std::move(expiring), clock, metrics);
  presences = std::make_unique<service::PresenceService>(ServiceProjects(config, store, clock),
                                                         *committer, clock);
  realtime =
      std::make_unique<service::RealtimeService>(ServiceProjects(config, store, clock), *hub);
  holds = std::make_unique<service::HoldKeeper>(HoldingProjects(config, store), *committer, clock,
                                                metrics);
}

void UseCases::Stop() {
  holds->Stop();
  expirer->Stop();
  committer->Stop();
  hub->Stop();
}

}  // namespace presences::app
