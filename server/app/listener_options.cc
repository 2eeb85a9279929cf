#include "server/app/listener_options.h"

#include <cstddef>

#include "server/app/console.h"

namespace presences::app {

gateway::GrpcServer::Options GrpcOptions(const config::Config& config, bool dev,
                                         Heartbeats& heartbeats) {
  gateway::GrpcServer::Options options;
  options.address = config.server.grpc.address.ToString();
  if (config.server.grpc.tls) options.tls = config.server.grpc.tls->text;
  options.channelz = dev;
  options.max_connection_age = config.server.max_connection_age;
  options.heartbeats = &heartbeats;
  return options;
}

gateway::HttpServer::Options HttpOptions(const config::Config& config, Heartbeats& heartbeats) {
  gateway::HttpServer::Options options;
  options.address = config.server.http.address.ToString();
  if (config.server.http.tls) options.tls = config.server.http.tls->text;
  options.trusted_proxies = config.server.trusted_proxies;
  options.heartbeats = &heartbeats;
  if (config.projects.size() == 1) options.only_project = config.projects[0].id;
  for (const ConsoleFile& file : ConsoleFiles()) {
    const bool page = file.name == "console.html";
    options.pages[page ? "/" : "/" + file.name] = {
        page ? "text/html; charset=utf-8" : "text/javascript; charset=utf-8", file.text};
  }
  return options;
}

gateway::WsGateway::Options SocketOptions(const config::Config& config,
                                          const std::vector<service::QuotaPtr>& quotas) {
  gateway::WsGateway::Options options;
  for (std::size_t i = 0; i < quotas.size(); ++i) {
    const config::ProjectConfig& project = config.projects[i];
    options.projects.push_back({project.id, project.indexed_metadata, quotas[i]});
  }
  return options;
}

service::ProjectLimits LimitsOf(const config::ProjectConfig& project) {
  const config::Limits& given = project.limits;
  service::ProjectLimits limits;
  limits.max_connections = static_cast<std::size_t>(given.max_connections);
  limits.max_channels_per_subscription =
      static_cast<std::size_t>(given.max_channels_per_subscription);
  limits.max_subscriptions_per_connection =
      static_cast<std::size_t>(given.max_subscriptions_per_connection);
  limits.messages_per_second = static_cast<double>(given.messages_per_second);
  limits.message_burst = static_cast<double>(given.message_burst);
  limits.connects_per_minute_per_ip = static_cast<double>(given.connects_per_minute_per_ip);
  limits.writes_per_second = static_cast<double>(given.writes_per_second);
  return limits;
}

std::vector<service::OriginPolicy::Project> Origins(const config::Config& config) {
  std::vector<service::OriginPolicy::Project> projects;
  projects.reserve(config.projects.size());
  for (const config::ProjectConfig& project : config.projects) {
    projects.push_back({project.id, project.origins});
  }
  return projects;
}

}  // namespace presences::app
