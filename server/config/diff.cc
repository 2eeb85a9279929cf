#include "server/config/diff.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace presences::config {
namespace {

class Differ {
 public:
  template <typename T>
  void Reloadable(const std::string& key, const T& running, const T& next) {
    if (!(running == next)) diff_.reloadable.push_back(key);
  }
  template <typename T>
  void Fixed(const std::string& key, const T& running, const T& next) {
    if (!(running == next)) diff_.needs_restart.push_back(key);
  }
  ConfigDiff Take() { return std::move(diff_); }

 private:
  ConfigDiff diff_;
};

// Whether a listener speaks TLS and asks for client certificates is fixed; the files are not.
void DiffListener(Differ& differ, const std::string& key, const Listener& running,
                  const Listener& next) {
  differ.Fixed(key + ".address", running.address, next.address);
  if (running.tls.has_value() != next.tls.has_value()) {
    return differ.Fixed(key + ".tls", running.tls, next.tls);
  }
  if (!running.tls) return;
  if (running.tls->client_ca_file.empty() != next.tls->client_ca_file.empty()) {
    return differ.Fixed(key + ".tls.client_ca_file", running.tls->client_ca_file,
                        next.tls->client_ca_file);
  }
  differ.Reloadable(key + ".tls", running.tls, next.tls);
}

void DiffServer(Differ& differ, const ServerConfig& running, const ServerConfig& next) {
  DiffListener(differ, "server.grpc", running.grpc, next.grpc);
  differ.Fixed("server.grpc.max_connection_age", running.max_connection_age,
               next.max_connection_age);
  DiffListener(differ, "server.http", running.http, next.http);
  DiffListener(differ, "server.metrics", running.metrics, next.metrics);
  differ.Reloadable("server.http.trusted_proxies", running.trusted_proxies, next.trusted_proxies);
  differ.Reloadable("server.log", running.log, next.log);
  differ.Reloadable("server.drain_delay", running.drain_delay, next.drain_delay);
  differ.Reloadable("server.drain_timeout", running.drain_timeout, next.drain_timeout);
}

void DiffLimits(Differ& differ, const std::string& key, const Limits& running, const Limits& next) {
  const std::pair<const char*, std::int64_t Limits::*> fields[] = {
      {"max_connections", &Limits::max_connections},
      {"max_subscriptions_per_connection", &Limits::max_subscriptions_per_connection},
      {"max_channels_per_subscription", &Limits::max_channels_per_subscription},
      {"messages_per_second", &Limits::messages_per_second},
      {"message_burst", &Limits::message_burst},
      {"connects_per_minute_per_ip", &Limits::connects_per_minute_per_ip},
      {"max_presences", &Limits::max_presences},
      {"writes_per_second", &Limits::writes_per_second},
  };
  for (const auto& [name, field] : fields) {
    differ.Reloadable(absl::StrCat(key, ".", name), running.*field, next.*field);
  }
}

void DiffProject(Differ& differ, const std::string& key, const ProjectConfig& running,
                 const ProjectConfig& next) {
  differ.Fixed(key + ".id", running.id, next.id);
  differ.Fixed(key + ".identity", running.identity, next.identity);
  differ.Fixed(key + ".default_ttl", running.default_ttl, next.default_ttl);
  differ.Fixed(key + ".connection_grace", running.connection_grace, next.connection_grace);
  differ.Fixed(key + ".navigation_grace", running.navigation_grace, next.navigation_grace);
  differ.Fixed(key + ".indexed_metadata", running.indexed_metadata, next.indexed_metadata);
  differ.Reloadable(key + ".guest_access", running.guest_access, next.guest_access);
  differ.Reloadable(key + ".origins", running.origins, next.origins);
  differ.Reloadable(key + ".api_keys", running.api_keys, next.api_keys);
  differ.Reloadable(key + ".tokens", running.tokens, next.tokens);
  DiffLimits(differ, key + ".limits", running.limits, next.limits);
}

}  // namespace

ConfigDiff Diff(const Config& running, const Config& next) {
  Differ differ;
  DiffServer(differ, running.server, next.server);
  differ.Fixed("storage", running.storage, next.storage);
  if (running.projects.size() != next.projects.size()) {
    differ.Fixed("projects", running.projects.size(), next.projects.size());
  } else {
    for (std::size_t i = 0; i < running.projects.size(); ++i) {
      DiffProject(differ, absl::StrCat("projects[", i, "]"), running.projects[i], next.projects[i]);
    }
  }
  ConfigDiff diff = differ.Take();
  // A key that nobody thought of here must not seem to be in force.
  if (!(running == next) && diff.reloadable.empty() && diff.needs_restart.empty()) {
    diff.needs_restart.emplace_back("the configuration");
  }
  return diff;
}

absl::Status CheckReloadable(const ConfigDiff& diff) {
  if (diff.needs_restart.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(absl::StrJoin(diff.needs_restart, ", "),
                   ": changed, which takes a restart; nothing of the file is in force"));
}

}  // namespace presences::config
