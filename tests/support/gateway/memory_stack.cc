#include "tests/support/gateway/memory_stack.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/auth/api_key.h"
#include "server/base/check.h"

namespace presences::testing {
namespace {

auth::TokenConfig TokenConfigOf() {
  auth::TokenConfig config;
  config.id = "main";
  config.secret = "a secret of the tests";
  return config;
}

auth::ApiKey Key(const std::string& text, bool may_write) {
  auth::ApiKey key;
  key.id = text;
  key.sha256 = auth::Sha256(text);
  key.can_read = true;
  key.can_write = may_write;
  return key;
}

}  // namespace

MemoryStack::MemoryStack(Clock& clock, Metrics& metrics, std::unique_ptr<store::Log> log)
    : clock_(clock), log_(std::move(log)) {
  rules_.push_back({"demo", Identity::kPerPresenceId, std::chrono::seconds(90), {"page"}, 0});
  rules_.push_back({"closed", Identity::kPerPresenceId, std::chrono::seconds(90), {}, 0});
  BuildStore(metrics);
  BuildAuth();
  std::vector<service::Project> projects;
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    service::Project project;
    project.rules = &rules_[i];
    project.state = states_[i].get();
    projects.push_back(std::move(project));
  }
  presences_ = std::make_unique<service::PresenceService>(projects, *committer_, clock_);
  realtime_ = std::make_unique<service::RealtimeService>(projects, *hub_);
}

MemoryStack::~MemoryStack() { Stop(); }

void MemoryStack::Stop() {
  committer_->Stop();
  hub_->Stop();
}

void MemoryStack::BuildStore(Metrics& metrics) {
  std::vector<hub::Hub::Project> hub_projects;
  std::vector<store::Committer::Project> committed;
  for (std::uint32_t i = 0; i < rules_.size(); ++i) {
    states_.push_back(std::make_unique<store::State>(rules_[i]));
    const auto head = log_->Load(i, [](PresencePtr) {});
    PRESENCES_CHECK(head.ok());
    hub_projects.push_back({rules_[i].project_id, states_[i].get(), *head});
    committed.push_back({&rules_[i], states_[i].get(), *head});
  }
  hub_ = std::make_unique<hub::Hub>(hub::Hub::Options{}, hub_projects, clock_, metrics);
  committer_ = std::make_unique<store::Committer>(store::Committer::Options{}, *log_,
                                                  std::move(committed), *hub_, clock_, metrics);
}

void MemoryStack::BuildAuth() {
  auth::ProjectAuth demo;
  demo.project_id = "demo";
  demo.api_keys = {Key(kServerKey, true), Key(kReaderKey, false), Key(kExpiredKey, true)};
  demo.api_keys.back().expires_at = clock_.Now() - std::chrono::seconds(1);
  demo.tokens.push_back(*auth::TokenVerifier::Make(TokenConfigOf()));
  auth::ProjectAuth closed;
  closed.project_id = "closed";
  closed.guest_access = false;
  closed.api_keys = {Key(kClosedKey, true)};
  std::vector<auth::ProjectAuth> projects;
  projects.push_back(std::move(demo));
  projects.push_back(std::move(closed));
  authenticator_ = std::make_unique<auth::Authenticator>(std::move(projects));
  origins_ = std::make_unique<service::OriginPolicy>(std::vector<service::OriginPolicy::Project>{
      {"demo", {"localhost", "*.example.com"}}, {"closed", {}}});
}

std::string MemoryStack::TokenFor(const std::string& user, std::chrono::seconds ttl) const {
  const auto exp = std::chrono::floor<std::chrono::seconds>(clock_.Now() + ttl);
  return auth::MintToken(
      TokenConfigOf(),
      absl::StrCat("{\"sub\":\"", user, "\",\"exp\":", exp.time_since_epoch().count(), "}"));
}

}  // namespace presences::testing
