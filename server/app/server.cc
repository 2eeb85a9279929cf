#include "server/app/server.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/app/admin_pages.h"
#include "server/app/engine.h"
#include "server/app/health.h"
#include "server/app/health_metrics.h"
#include "server/app/health_monitor.h"
#include "server/app/key_set_keeper.h"
#include "server/app/last_reload.h"
#include "server/app/listener_options.h"
#include "server/app/log_settings.h"
#include "server/app/reload.h"
#include "server/app/server_metrics.h"
#include "server/app/store_stack.h"
#include "server/app/use_cases.h"
#include "server/auth/authenticator.h"
#include "server/base/log.h"
#include "server/base/mutex.h"
#include "server/ops/disk_watch.h"
#include "server/ops/prometheus_metrics.h"
#include "server/service/request_log.h"

namespace presences::app {

using std::chrono::milliseconds;

namespace {

// How long a start waits for key sets: who comes back at once shall not be refused for it.
constexpr milliseconds kKeySetPatience{5000};

std::vector<std::string> ProjectIds(const config::Config& config) {
  std::vector<std::string> ids;
  for (const config::ProjectConfig& project : config.projects) ids.push_back(project.id);
  return ids;
}

}  // namespace

// Members in the order of building; destruction is the reverse.
struct Server::Impl {
  Impl(const config::Config& given, const StartOptions& the_options, Clock& the_clock)
      : config(given),
        options(the_options),
        clock(the_clock),
        started_at(the_clock.Now()),
        started(the_clock.Monotonic()),
        request_log(ProjectIds(given), clock, metrics),
        health_metrics(metrics, health, started_at),
        origins(Origins(given)) {
    metrics.AddCollector([lines = std::make_shared<LogLineMetrics>(metrics)] { lines->Collect(); });
  }

  absl::Status Start();
  StatusView StatusPage();
  absl::Status StartAdmin();
  absl::Status StartGrpc();
  absl::Status StartHttp();
  void NoteReload(const absl::StatusOr<std::vector<std::string>>& changed);
  void WaitFor(milliseconds duration);
  void WaitForSessions(milliseconds at_most);
  void Drain();

  config::Config config;  // of the main thread: others have what they need of it
  const StartOptions options;
  Clock& clock;
  const TimePoint started_at;
  const MonotonicTime started;
  LastReload last_reload;
  bool drained = false;

  ops::PrometheusMetrics metrics;
  service::RequestLog request_log;
  Heartbeats heartbeats{clock};
  Health health{heartbeats, {}};
  HealthMetrics health_metrics;
  StoreStack store;
  std::unique_ptr<UseCases> use_cases;
  std::unique_ptr<auth::Authenticator> authenticator;
  std::unique_ptr<KeySetKeeper> keys;
  service::OriginPolicy origins;
  std::unique_ptr<gateway::WsGateway> sockets;
  std::unique_ptr<gateway::HttpServer> http;
  std::unique_ptr<gateway::GrpcServer> grpc;
  std::unique_ptr<ops::DiskWatch> disk;  // of an engine that has one
  std::unique_ptr<ServerMetrics> scraped;
  std::unique_ptr<HealthMonitor> monitor;
  std::unique_ptr<ops::AdminServer> admin;  // last: its handlers look at all of the above

  Mutex wait_mutex;
  CondVar wait_cv;
};

absl::Status Server::Impl::StartHttp() {
  sockets = std::make_unique<gateway::WsGateway>(
      SocketOptions(config, use_cases->quotas),
      gateway::WsGateway::Services{*authenticator, *use_cases->hub, *use_cases->holds, clock,
                                   metrics, request_log});
  gateway::HttpServer::Options http_options = HttpOptions(config, heartbeats);
  http_options.upgrade = [this](gateway::Upgrade upgrade) { sockets->Accept(std::move(upgrade)); };
  auto server = gateway::HttpServer::Start(
      http_options, {*use_cases->presences, *use_cases->realtime, *authenticator, origins, clock,
                     metrics, request_log});
  if (!server.ok()) return server.status();
  http = *std::move(server);
  return absl::OkStatus();
}

absl::Status Server::Impl::StartGrpc() {
  auto server =
      gateway::GrpcServer::Start(GrpcOptions(config, options.dev, heartbeats),
                                 {*use_cases->presences, *use_cases->realtime, *use_cases->holds,
                                  *authenticator, clock, metrics, request_log});
  if (!server.ok()) return server.status();
  grpc = *std::move(server);
  return absl::OkStatus();
}

StatusView Server::Impl::StatusPage() {
  const bool on_disk = config.storage.engine == config::Engine::kEmbedded;
  return {options.config_file,
          EngineName(config.storage),
          on_disk ? config.storage.embedded.path : "",
          started_at,
          started,
          clock,
          health,
          last_reload,
          store,
          use_cases,
          [this] { return sockets->connection_count(); },
          [this, grpc_tls = config.server.grpc.tls.has_value(),
           http_tls = config.server.http.tls.has_value()] {
            return std::map<std::string, ListenerStatus>{{"grpc", {grpc->address(), grpc_tls}},
                                                         {"http", {http->address(), http_tls}},
                                                         {"metrics", {admin->address(), false}}};
          }};
}

// First of all, so that probes are answered while a large database is still being read.
absl::Status Server::Impl::StartAdmin() {
  auto server = ops::AdminServer::Start(config.server.metrics.address.ToString(),
                                        AdminPages(metrics, health, StatusPage()),
                                        {{"/loglevel", ChangeLogLevel}});
  if (!server.ok()) return server.status();
  admin = *std::move(server);
  return absl::OkStatus();
}

absl::Status Server::Impl::Start() {
  auto auths = BuildAuths(config, {});
  if (!auths.ok()) return auths.status();
  authenticator = std::make_unique<auth::Authenticator>(*std::move(auths));
  auto audit = OpenAudit(config.server.log);
  if (!audit.ok()) return audit.status();
  ApplyLogSettings(config.server.log, *std::move(audit), request_log);
  metrics.AddCollector([this] { health_metrics.Collect(); });
  health_metrics.NoteCertificates(config.server);
  if (absl::Status status = StartAdmin(); !status.ok()) return status;
  keys = std::make_unique<KeySetKeeper>(config, *authenticator, clock, metrics, heartbeats);
  if (absl::Status status = store.Open(config, metrics, heartbeats); !status.ok()) return status;
  if (config.storage.engine == config::Engine::kEmbedded) {
    disk =
        std::make_unique<ops::DiskWatch>(config.storage.embedded.path, clock, metrics, heartbeats);
  }
  keys->WaitUntilTried(kKeySetPatience);
  use_cases = std::make_unique<UseCases>(config, store, clock, metrics, heartbeats);
  if (absl::Status status = StartGrpc(); !status.ok()) return status;
  keys->OnRevocation([this] { grpc->CheckCredentials(); });
  if (absl::Status status = StartHttp(); !status.ok()) return status;
  scraped = std::make_unique<ServerMetrics>(
      metrics, EngineName(config.storage),
      ServerMetrics::Connections{[this] { return http->connection_count(); },
                                 [this] { return sockets->connection_count(); }});
  metrics.AddCollector([this] { scraped->Collect(); });
  health.WatchStorage([this] { return use_cases->committer->log_status(); });
  health.SetPhase(Health::Phase::kServing);
  monitor = std::make_unique<HealthMonitor>(health, *grpc, heartbeats, clock);
  monitor->Refresh();
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
  health.SetPhase(Health::Phase::kDraining);
  monitor->Refresh();
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
  keys->Stop();
  http->Shutdown(timeout / 4);
  sockets->CloseAll();
  monitor->Stop();
  grpc->Shutdown(timeout / 4);
  use_cases->Stop();
  const absl::Status closed = store.log->Close();
  if (!closed.ok()) LogError("closing the log failed", {{"error", closed.message()}});
  admin->Stop();
  LogInfo("stopped");
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() {
  if (impl_ != nullptr) Drain();
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const config::Config& config,
                                                      const StartOptions& options, Clock& clock) {
  auto impl = std::make_unique<Impl>(config, options, clock);
  if (absl::Status status = impl->Start(); !status.ok()) return status;
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

void Server::Impl::NoteReload(const absl::StatusOr<std::vector<std::string>>& changed) {
  ReloadOutcome outcome;
  outcome.time = clock.Now();
  if (changed.ok()) {
    outcome.changed = *changed;
    LogInfo("configuration reloaded", {{"changed", absl::StrJoin(*changed, ", ")}});
  } else {
    outcome.error = std::string(changed.status().message());
    LogError("reload refused; the old configuration stays", {{"error", outcome.error}});
  }
  health_metrics.NoteReload(changed.ok(), outcome.time);
  last_reload.Set(std::move(outcome));
}

void Server::Reload(const absl::StatusOr<config::Config>& next) {
  Impl& impl = *impl_;
  if (!next.ok()) return impl.NoteReload(next.status());
  const auto changed = app::Reload(
      impl.config, *next,
      {*impl.keys, impl.origins, *impl.use_cases, *impl.http, *impl.grpc, impl.request_log});
  if (changed.ok()) {
    impl.config = *next;
    impl.health_metrics.NoteCertificates(impl.config.server);
  }
  impl.NoteReload(changed);
}

void Server::Drain() {
  if (std::exchange(impl_->drained, true)) return;
  impl_->Drain();
}

}  // namespace presences::app
