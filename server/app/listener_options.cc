#include "server/app/listener_options.h"

#include <cstddef>

#include "server/app/console.h"

namespace presences::app {

gateway::GrpcServer::Options GrpcOptions(const config::Config& config, bool dev) {
  gateway::GrpcServer::Options options;
  options.address = config.server.grpc.address.ToString();
  if (const auto& tls = config.server.grpc.tls) {
    options.cert_file = tls->cert_file;
    options.key_file = tls->key_file;
    options.client_ca_file = tls->client_ca_file;
  }
  options.channelz = dev;
  options.max_connection_age = config.server.max_connection_age;
  return options;
}

gateway::HttpServer::Options HttpOptions(const config::Config& config) {
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
  return options;
}

gateway::WsGateway::Options SocketOptions(const config::Config& config) {
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
  return options;
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
