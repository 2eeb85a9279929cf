#include "server/app/server.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/app/console.h"
#include "server/app/engine.h"
#include "server/app/version.h"
#include "server/auth/authenticator.h"
#include "server/base/log.h"
#include "server/base/reason.h"
#include "server/config/build.h"
#include "server/gateway/grpc/grpc_server.h"
#include "server/gateway/http/http_server.h"
#include "server/gateway/ws/ws_gateway.h"
#include "server/hub/hub.h"
#include "server/ops/admin_server.h"
#include "server/ops/prometheus_metrics.h"
#include "server/service/hold_keeper.h"
#include "server/service/origin_policy.h"
#include "server/service/presence_service.h"
#include "server/service/realtime_service.h"
#include "server/store/committer.h"
#include "server/store/expirer.h"

namespace presences::app {

using std::chrono::milliseconds;

namespace {

absl::StatusOr<std::vector<auth::ProjectAuth>> BuildAuths(const config::Config& config) {
  std::vector<auth::ProjectAuth> auths;
  for (const config::ProjectConfig& project : config.projects) {
    auto auth = config::BuildProjectAuth(project);
    if (!auth.ok()) return auth.status();
    auths.push_back(*std::move(auth));
  }
  return auths;
}

std::vector<service::OriginPolicy::Project> OriginsOf(const config::Config& config) {
  std::vector<service::OriginPolicy::Project> projects;
  for (const config::ProjectConfig& project : config.projects) {
    projects.push_back({project.id, project.origins});
  }
  return projects;
}

}  // namespace

// Members in the order of building; destruction is the reverse.
struct Server::Impl {
  Impl(const config::Config& given, bool is_dev, Clock& the_clock)
      : config(given), dev(is_dev), clock(the_clock), started(the_clock.Monotonic()) {}

  absl::Status BuildStore();
  void BuildServices();
  absl::Status BuildListeners();
  absl::Status BuildGrpc();
  absl::Status BuildHttp();
  void BuildSockets();
  std::vector<service::Project> ServiceProjects() const;
  std::map<std::string, ops::AdminServer::Handler> AdminHandlers();
  std::string StatusText() const;
  absl::Status Readiness() const;
  void WaitFor(milliseconds duration);
  void WaitForSessions(milliseconds at_most);

  const config::Config config;
  const bool dev;
  Clock& clock;
  const MonotonicTime started;
  std::atomic<bool> draining{false};
  bool drained = false;

  ops::PrometheusMetrics metrics;
  std::vector<ProjectRules> rules;
  std::unique_ptr<store::Log> log;
  std::vector<std::unique_ptr<store::State>> states;
  std::vector<store::LogHead> heads;
  std::unique_ptr<hub::Hub> hub;
  std::unique_ptr<store::Committer> committer;
  std::unique_ptr<store::Expirer> expirer;
  std::unique_ptr<auth::Authenticator> authenticator;
  std::unique_ptr<service::PresenceService> presences;
  std::unique_ptr<service::RealtimeService> realtime;
  std::unique_ptr<service::HoldKeeper> holds;
  std::unique_ptr<service::OriginPolicy> origins;
  std::unique_ptr<gateway::WsGateway> sockets;
  std::unique_ptr<gateway::HttpServer> http;
  std::unique_ptr<gateway::GrpcServer> grpc;
  std::unique_ptr<ops::AdminServer> admin;

  Mutex wait_mutex;
  CondVar wait_cv;
};

absl::Status Server::Impl::BuildStore() {
  for (const config::ProjectConfig& project : config.projects) {
    rules.push_back(config::BuildProjectRules(project));
  }
  auto opened = OpenEngine(config.storage, rules);
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

void Server::Impl::BuildServices() {
  std::vector<hub::Hub::Project> hub_projects;
  std::vector<store::Committer::Project> committed;
  std::vector<store::State*> expiring;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    hub_projects.push_back({rules[i].project_id, states[i].get(), heads[i]});
    committed.push_back({&rules[i], states[i].get(), heads[i]});
    expiring.push_back(states[i].get());
  }
  hub = std::make_unique<hub::Hub>(hub::Hub::Options{}, hub_projects, clock, metrics);
  committer = std::make_unique<store::Committer>(store::Committer::Options{}, *log,
                                                 std::move(committed), *hub, clock, metrics);
  expirer = std::make_unique<store::Expirer>(store::Expirer::Options{}, *committer,
                                             std::move(expiring), clock, metrics);
  presences = std::make_unique<service::PresenceService>(ServiceProjects(), *committer, clock);
  realtime = std::make_unique<service::RealtimeService>(ServiceProjects(), *hub);
  std::vector<service::HoldKeeper::Project> holding;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    holding.push_back({states[i].get(), config.projects[i].connection_grace,
                       config.projects[i].navigation_grace,
                       rules[i].identity == Identity::kPerUser});
  }
  holds = std::make_unique<service::HoldKeeper>(std::move(holding), *committer, clock, metrics);
}

std::vector<service::Project> Server::Impl::ServiceProjects() const {
  std::vector<service::Project> projects;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const config::Limits& limits = config.projects[i].limits;
    service::Project project;
    project.rules = &rules[i];
    project.state = states[i].get();
    project.limits.max_channels_per_subscription =
        static_cast<std::size_t>(limits.max_channels_per_subscription);
    project.limits.max_subscriptions_per_connection =
        static_cast<std::size_t>(limits.max_subscriptions_per_connection);
    project.limits.messages_per_second = static_cast<double>(limits.messages_per_second);
    project.limits.message_burst = static_cast<double>(limits.message_burst);
    project.limits.writes_per_second = static_cast<double>(limits.writes_per_second);
    if (limits.writes_per_second > 0) {
      project.writes = std::make_shared<service::TokenBucket>(
          project.limits.writes_per_second, project.limits.writes_per_second, clock);
    }
    projects.push_back(std::move(project));
  }
  return projects;
}

absl::Status Server::Impl::BuildGrpc() {
  gateway::GrpcServer::Options options;
  options.address = config.server.grpc.address.ToString();
  if (const auto& tls = config.server.grpc.tls) {
    options.cert_file = tls->cert_file;
    options.key_file = tls->key_file;
    options.client_ca_file = tls->client_ca_file;
  }
  options.channelz = dev;
  auto server = gateway::GrpcServer::Start(
      options, {*presences, *realtime, *holds, *authenticator, clock, metrics});
  if (!server.ok()) return server.status();
  grpc = *std::move(server);
  return absl::OkStatus();
}

void Server::Impl::BuildSockets() {
  gateway::WsGateway::Options options;
  for (const config::ProjectConfig& project : config.projects) {
    const config::Limits& limits = project.limits;
    options.projects.push_back(
        {project.id, project.indexed_metadata, static_cast<std::size_t>(limits.max_connections),
         static_cast<std::size_t>(limits.max_subscriptions_per_connection),
         static_cast<std::size_t>(limits.max_channels_per_subscription),
         static_cast<double>(limits.messages_per_second), static_cast<double>(limits.message_burst),
         static_cast<double>(limits.connects_per_minute_per_ip)});
  }
  sockets = std::make_unique<gateway::WsGateway>(
      std::move(options),
      gateway::WsGateway::Services{*authenticator, *hub, *holds, clock, metrics});
}

absl::Status Server::Impl::BuildHttp() {
  gateway::HttpServer::Options options;
  options.address = config.server.http.address.ToString();
  if (const auto& tls = config.server.http.tls) {
    options.cert_file = tls->cert_file;
    options.key_file = tls->key_file;
    options.client_ca_file = tls->client_ca_file;
  }
  options.trusted_proxies = config.server.trusted_proxies;
  if (config.projects.size() == 1) options.only_project = config.projects[0].id;
  for (const ConsoleFile& file : ConsoleFiles()) {
    const bool page = file.name == "console.html";
    options.pages[page ? "/" : "/" + file.name] = {
        page ? "text/html; charset=utf-8" : "text/javascript; charset=utf-8", file.text};
  }
  options.upgrade = [this](gateway::Upgrade upgrade) { sockets->Accept(std::move(upgrade)); };
  origins = std::make_unique<service::OriginPolicy>(OriginsOf(config));
  auto server = gateway::HttpServer::Start(
      options, {*presences, *realtime, *authenticator, *origins, clock, metrics});
  if (!server.ok()) return server.status();
  http = *std::move(server);
  return absl::OkStatus();
}

absl::Status Server::Impl::BuildListeners() {
  BuildSockets();
  absl::Status status = BuildGrpc();
  if (status.ok()) status = BuildHttp();
  if (!status.ok()) return status;
  auto server = ops::AdminServer::Start(config.server.metrics.address.ToString(), AdminHandlers());
  if (!server.ok()) return server.status();
  admin = *std::move(server);
  return absl::OkStatus();
}

absl::Status Server::Impl::Readiness() const {
  if (draining) return absl::UnavailableError("draining");
  return committer->log_status();
}

std::map<std::string, ops::AdminServer::Handler> Server::Impl::AdminHandlers() {
  std::map<std::string, ops::AdminServer::Handler> handlers;
  handlers["/metrics"] = [this] {
    return ops::AdminResponse{200, "text/plain; version=0.0.4; charset=utf-8", metrics.Text()};
  };
  handlers["/livez"] = [] { return ops::AdminResponse{200, "text/plain; charset=utf-8", "ok\n"}; };
  handlers["/readyz"] = [this] {
    const absl::Status status = Readiness();
    if (status.ok()) return ops::AdminResponse{200, "text/plain; charset=utf-8", "ok\n"};
    return ops::AdminResponse{503, "text/plain; charset=utf-8",
                              absl::StrCat("not ready: ", status.message(), "\n")};
  };
  handlers["/statusz"] = [this] {
    return ops::AdminResponse{200, "application/json", StatusText()};
  };
  return handlers;
}

std::string Server::Impl::StatusText() const {
  const auto uptime =
      std::chrono::duration_cast<std::chrono::seconds>(clock.Monotonic() - started).count();
  std::string text =
      absl::StrCat("{\"version\":\"", kVersion, "\",\"uptime_seconds\":", uptime, ",\"engine\":\"",
                   EngineName(config.storage), "\",\"draining\":", draining ? "true" : "false",
                   ",\"subscriptions\":", hub->session_count(), ",\"projects\":[");
  for (std::uint32_t i = 0; i < rules.size(); ++i) {
    const store::LogHead head = committer->head(i);
    absl::StrAppend(&text, i == 0 ? "" : ",", "{\"id\":\"", rules[i].project_id,
                    "\",\"records\":", states[i]->size(), ",\"revision\":", head.revision,
                    ",\"epoch\":\"", absl::Hex(head.epoch), "\"}");
  }
  return text + "]}\n";
}

void Server::Impl::WaitFor(milliseconds duration) {
  const MonotonicTime until = clock.Monotonic() + duration;
  MutexLock lock(wait_mutex);
  while (clock.Monotonic() < until) {
    clock.WaitFor(lock, wait_cv, std::chrono::ceil<milliseconds>(until - clock.Monotonic()));
  }
}

void Server::Impl::WaitForSessions(milliseconds at_most) {
  const MonotonicTime until = clock.Monotonic() + at_most;
  while (hub->session_count() > 0 && clock.Monotonic() < until) WaitFor(milliseconds(20));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() {
  if (impl_ != nullptr && impl_->grpc != nullptr) Drain();
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const config::Config& config, bool dev,
                                                      Clock& clock) {
  auto impl = std::make_unique<Impl>(config, dev, clock);
  auto auths = BuildAuths(config);
  if (!auths.ok()) return auths.status();
  impl->authenticator = std::make_unique<auth::Authenticator>(*std::move(auths));
  if (absl::Status status = impl->BuildStore(); !status.ok()) return status;
  impl->BuildServices();
  if (absl::Status status = impl->BuildListeners(); !status.ok()) return status;
  impl->grpc->SetServing(true);
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

std::string Server::ReadyLine() const {
  return absl::StrCat("{\"event\":\"ready\",\"grpc\":\"", impl_->grpc->address(), "\",\"http\":\"",
                      impl_->http->address(), "\",\"metrics\":\"", impl_->admin->address(),
                      "\",\"pid\":", ::getpid(), "}");
}

config::BoundAddresses Server::addresses() const {
  return {impl_->grpc->address(), impl_->http->address(), impl_->admin->address()};
}

absl::Status Server::Reload(const config::Config& config) {
  for (std::size_t i = 0; i < std::max(config.projects.size(), impl_->rules.size()); ++i) {
    if (i < config.projects.size() && i < impl_->rules.size() &&
        config.projects[i].id == impl_->rules[i].project_id) {
      continue;
    }
    return absl::InvalidArgumentError(
        "projects: adding, removing or reordering projects takes a restart; keys and tokens of "
        "the running ones can be reloaded");
  }
  auto auths = BuildAuths(config);
  if (!auths.ok()) return auths.status();
  if (absl::Status tls = impl_->http->ReloadTls(); !tls.ok()) return tls;
  impl_->authenticator->Reload(*std::move(auths));
  impl_->origins->Reload(OriginsOf(config));
  return absl::OkStatus();
}

void Server::Drain() {
  if (std::exchange(impl_->drained, true)) return;
  const milliseconds timeout = impl_->config.server.drain_timeout;
  LogInfo("draining", {{"subscriptions", absl::StrCat(impl_->hub->session_count())}});
  impl_->draining = true;
  impl_->grpc->SetServing(false);
  impl_->WaitFor(impl_->config.server.drain_delay);
  // Holders will come back to whoever serves next; their records wait for them.
  impl_->holds->Freeze();
  // Half of the time to send subscribers away, less when there are few: 10 ms each.
  const auto sessions = static_cast<std::int64_t>(impl_->hub->session_count());
  impl_->hub->GoAway(std::min(timeout / 2, milliseconds(10 * sessions)));
  impl_->WaitForSessions(timeout / 2 + milliseconds(500));
  impl_->http->Shutdown(timeout / 4);
  impl_->sockets->CloseAll();
  impl_->grpc->Shutdown(timeout / 4);
  impl_->holds->Stop();
  impl_->expirer->Stop();
  impl_->committer->Stop();
  impl_->hub->Stop();
  const absl::Status closed = impl_->log->Close();
  if (!closed.ok()) LogError("closing the log failed", {{"error", closed.message()}});
  impl_->admin->Stop();
  LogInfo("stopped");
}

}  // namespace presences::app
