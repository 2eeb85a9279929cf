#include "server/app/reload.h"

#include <cstdint>
#include <functional>
#include <utility>

#include "server/app/listener_options.h"
#include "server/app/log_settings.h"
#include "server/config/diff.h"

namespace presences::app {
namespace {

using Swaps = std::vector<std::function<void()>>;

// `gateway` is a GrpcServer or a HttpServer. Whether it speaks TLS is the same before and after.
template <typename Gateway>
absl::Status PrepareTls(const config::Listener& running, const config::Listener& next,
                        Gateway& gateway, Swaps& swaps) {
  if (!next.tls || next.tls->text == running.tls->text) return absl::OkStatus();
  auto swap = gateway.PrepareTls(next.tls->text);
  if (!swap.ok()) return swap.status();
  swaps.push_back(*std::move(swap));
  return absl::OkStatus();
}

void SwapLimits(const config::Config& next, UseCases& use_cases) {
  for (std::uint32_t i = 0; i < next.projects.size(); ++i) {
    use_cases.quotas[i]->Replace(LimitsOf(next.projects[i]));
    use_cases.committer->SetMaxPresences(i, next.projects[i].limits.max_presences);
  }
}

}  // namespace

absl::StatusOr<std::vector<auth::ProjectAuth>> BuildAuths(const config::Config& config,
                                                          const config::FetchedKeySets& fetched) {
  std::vector<auth::ProjectAuth> auths;
  for (const config::ProjectConfig& project : config.projects) {
    auto auth = config::BuildProjectAuth(project, fetched);
    if (!auth.ok()) return auth.status();
    auths.push_back(*std::move(auth));
  }
  return auths;
}

absl::StatusOr<std::vector<std::string>> Reload(const config::Config& running,
                                                const config::Config& next,
                                                const ReloadTargets& targets) {
  config::ConfigDiff diff = config::Diff(running, next);
  if (absl::Status status = config::CheckReloadable(diff); !status.ok()) return status;
  auto auths = targets.keys.Build(next);
  if (!auths.ok()) return auths.status();
  Swaps swaps;
  absl::Status tls = PrepareTls(running.server.grpc, next.server.grpc, targets.grpc, swaps);
  if (tls.ok()) tls = PrepareTls(running.server.http, next.server.http, targets.http, swaps);
  if (!tls.ok()) return tls;
  auto audit = OpenAudit(next.server.log);  // anew each time: it may have been moved away
  if (!audit.ok()) return audit.status();

  ApplyLogSettings(next.server.log, *std::move(audit), targets.log);
  for (const auto& swap : swaps) swap();
  targets.http.SetTrustedProxies(next.server.trusted_proxies);
  targets.origins.Reload(Origins(next));
  SwapLimits(next, targets.use_cases);
  targets.keys.Use(next, *std::move(auths));
  targets.grpc.CheckCredentials();
  return std::move(diff.reloadable);
}

}  // namespace presences::app
