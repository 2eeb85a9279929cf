#include "server/app/server.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/app/admin_pages.h"
#include "server/app/engine.h"
#include "server/app/listener_options.h"
#include "server/app/log_settings.h"
#include "server/app/server_metrics.h"
#include "server/app/store_stack.h"
#include "server/app/use_cases.h"
#include "server/auth/authenticator.h"
#include "server/base/log.h"
#include "server/base/mutex.h"
#include "server/config/build.h"
#include "server/ops/prometheus_metrics.h"
#include "server/service/request_log.h"

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

std::vector<std::string> ProjectIds(const config::Config& config) {
  std::vector<std::string> ids;
  for (const config::ProjectConfig& project : config.projects) ids.push_back(project.id);
  return ids;
}

}  // namespace

// Members in the order of building; destruction is the reverse.
struct Server::Impl {
  Impl(const config::Config& given, bool is_dev, Clock& the_clock)
      : config(given),
        dev(is_dev),
        clock(the_clock),
        started(the_clock.Monotonic()),
        request_log(ProjectIds(given), clock, metrics),
        origins(Origins(given)) {
    metrics.AddCollector([lines = std::make_shared<LogLineMetrics>(metrics)] { lines->Collect(); });
  }

  absl::Status StartListeners();
  absl::Status StartHttp();
  void WaitFor(milliseconds duration);
  void WaitForSessions(milliseconds at_most);
  void Drain();

  const config::Config config;
  const bool dev;
  Clock& clock;
  const MonotonicTime started;
  std::atomic<bool> draining{false};
  bool drained = false;

  ops::PrometheusMetrics metrics;
  service::RequestLog request_log;
  StoreStack store;
  std::unique_ptr<UseCases> use_cases;
  std::unique_ptr<auth::Authenticator> authenticator;
  service::OriginPolicy origins;
  std::unique_ptr<gateway::WsGateway> sockets;
  std::unique_ptr<gateway::HttpServer> http;
  std::unique_ptr<gateway::GrpcServer> grpc;
  std::unique_ptr<ServerMetrics> scraped;
  std::unique_ptr<ops::AdminServer> admin;

  Mutex wait_mutex;
  CondVar wait_cv;
};

absl::Status Server::Impl::StartHttp() {
  sockets = std::make_unique<gateway::WsGateway>(
      SocketOptions(config),
      gateway::WsGateway::Services{*authenticator, *use_cases->hub, *use_cases->holds, clock,
                                   metrics, request_log});
  gateway::HttpServer::Options options = HttpOptions(config);
  options.upgrade = [this](gateway::Upgrade upgrade) { sockets->Accept(std::move(upgrade)); };
  auto server =
      gateway::HttpServer::Start(options, {*use_cases->presences, *use_cases->realtime,
                                           *authenticator, origins, clock, metrics, request_log});
  if (!server.ok()) return server.status();
  http = *std::move(server);
  return absl::OkStatus();
}

absl::Status Server::Impl::StartListeners() {
  auto rpc = gateway::GrpcServer::Start(
      GrpcOptions(config, dev), {*use_cases->presences, *use_cases->realtime, *use_cases->holds,
                                 *authenticator, clock, metrics, request_log});
  if (!rpc.ok()) return rpc.status();
  grpc = *std::move(rpc);
  if (absl::Status status = StartHttp(); !status.ok()) return status;
  scraped = std::make_unique<ServerMetrics>(
      metrics, EngineName(config.storage),
      ServerMetrics::Connections{[this] { return http->connection_count(); },
                                 [this] { return sockets->connection_count(); }});
  metrics.AddCollector([this] { scraped->Collect(); });
  auto pages = ops::AdminServer::Start(
      config.server.metrics.address.ToString(),
      AdminPages({metrics, config, store, *use_cases, draining, clock, started}),
      {{"/loglevel", ChangeLogLevel}});
  if (!pages.ok()) return pages.status();
  admin = *std::move(pages);
  return absl::OkStatus();
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
  while (use_cases->hub->session_count() > 0 && clock.Monotonic() < until) {
    WaitFor(milliseconds(20));
  }
}

void Server::Impl::Drain() {
  const milliseconds timeout = config.server.drain_timeout;
  hub::Hub& hub = *use_cases->hub;
  LogInfo("draining", {{"subscriptions", absl::StrCat(hub.session_count())}});
  draining = true;
  grpc->SetServing(false);
  WaitFor(config.server.drain_delay);
  // Holders will come back to whoever serves next; their records wait for them.
  use_cases->holds->Freeze();
  // Nothing changes from here on: subscribers leave with all that there is, and the next server,
  // whose ring begins there, takes their tokens.
  use_cases->expirer->Stop();
  use_cases->committer->Stop();
  // Writers wait for the next server already, so this is quick: 1 ms for each subscriber.
  const auto sessions = static_cast<std::int64_t>(hub.session_count());
  hub.GoAway(std::min(timeout / 4, milliseconds(sessions)));
  WaitForSessions(timeout / 2 + milliseconds(500));
  http->Shutdown(timeout / 4);
  sockets->CloseAll();
  grpc->Shutdown(timeout / 4);
  use_cases->Stop();
  const absl::Status closed = store.log->Close();
  if (!closed.ok()) LogError("closing the log failed", {{"error", closed.message()}});
  admin->Stop();
  LogInfo("stopped");
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
  auto audit = OpenAudit(config.server.log);
  if (!audit.ok()) return audit.status();
  ApplyLogSettings(config.server.log, *std::move(audit), impl->request_log);
  if (absl::Status status = impl->store.Open(config, impl->metrics); !status.ok()) return status;
  impl->use_cases = std::make_unique<UseCases>(config, impl->store, clock, impl->metrics);
  if (absl::Status status = impl->StartListeners(); !status.ok()) return status;
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
  for (std::size_t i = 0; i < std::max(config.projects.size(), impl_->store.rules.size()); ++i) {
    if (i < config.projects.size() && i < impl_->store.rules.size() &&
        config.projects[i].id == impl_->store.rules[i].project_id) {
      continue;
    }
    return absl::InvalidArgumentError(
        "projects: adding, removing or reordering projects takes a restart; keys and tokens of "
        "the running ones can be reloaded");
  }
  auto auths = BuildAuths(config);
  if (!auths.ok()) return auths.status();
  auto audit = OpenAudit(config.server.log);
  if (!audit.ok()) return audit.status();
  if (absl::Status tls = impl_->http->ReloadTls(); !tls.ok()) return tls;
  ApplyLogSettings(config.server.log, *std::move(audit), impl_->request_log);
  impl_->authenticator->Reload(*std::move(auths));
  impl_->origins.Reload(Origins(config));
  return absl::OkStatus();
}

void Server::Drain() {
  if (std::exchange(impl_->drained, true)) return;
  impl_->Drain();
}

}  // namespace presences::app
