#include <yaml-cpp/yaml.h>

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/config/duration.h"
#include "server/config/environment.h"
#include "server/config/load.h"
#include "server/core/time_format.h"

namespace presences::config {
namespace {

// Writes names and values; strings always in quotes, so that no text turns into another type.
class Printer {
 public:
  Printer& Open(const char* name) {
    out_ << YAML::Key << name << YAML::Value << YAML::BeginMap;
    return *this;
  }
  void OpenElement() { out_ << YAML::BeginMap; }
  void Close() { out_ << YAML::EndMap; }
  void OpenList(const char* name) { out_ << YAML::Key << name << YAML::Value << YAML::BeginSeq; }
  void CloseList() { out_ << YAML::EndSeq; }

  void Text(const char* name, const std::string& value) {
    out_ << YAML::Key << name << YAML::Value << YAML::DoubleQuoted << EscapeVariables(value);
  }
  void TextUnlessEmpty(const char* name, const std::string& value) {
    if (!value.empty()) Text(name, value);
  }
  void Word(const char* name, const std::string& value) {
    out_ << YAML::Key << name << YAML::Value << value;
  }
  void Number(const char* name, std::int64_t value) {
    out_ << YAML::Key << name << YAML::Value << value;
  }
  void Fraction(const char* name, double value) {
    const std::string brief = absl::StrCat(value);
    double again = 0;
    const bool exact = absl::SimpleAtod(brief, &again) && again == value;
    Word(name, exact ? brief : absl::StrFormat("%.17g", value));
  }
  void Flag(const char* name, bool value) { Word(name, value ? "true" : "false"); }
  void Duration(const char* name, std::chrono::milliseconds value) {
    Word(name, FormatDuration(value));
  }
  void Texts(const char* name, const std::vector<std::string>& values) {
    out_ << YAML::Key << name << YAML::Value << YAML::Flow << YAML::BeginSeq;
    for (const std::string& value : values) out_ << YAML::DoubleQuoted << EscapeVariables(value);
    out_ << YAML::EndSeq;
  }
  std::string Take() { return std::string(out_.c_str()) + "\n"; }

 private:
  YAML::Emitter out_;
};

void PrintListener(Printer& out, const char* name, const Listener& listener) {
  out.Open(name).Text("address", listener.address.ToString());
  if (listener.tls) {
    out.Open("tls").Text("cert_file", listener.tls->cert_file);
    out.Text("key_file", listener.tls->key_file);
    out.TextUnlessEmpty("client_ca_file", listener.tls->client_ca_file);
    out.Close();
  }
}

void PrintLog(Printer& out, const LogConfig& log) {
  out.Open("log").Word("level", LogLevelName(log.level));
  if (log.format) out.Word("format", *log.format == LogFormat::kJson ? "json" : "text");
  out.Duration("slow_request", log.slow_request);
  out.TextUnlessEmpty("audit_file", log.audit_file);
  out.Fraction("trace_sample_ratio", log.trace_sample_ratio);
  out.Close();
}

void PrintServer(Printer& out, const ServerConfig& server) {
  out.Open("server");
  PrintListener(out, "grpc", server.grpc);
  out.Duration("max_connection_age", server.max_connection_age);
  out.Close();
  PrintListener(out, "http", server.http);
  std::vector<std::string> proxies;
  for (const IpRange& range : server.trusted_proxies) proxies.push_back(range.ToString());
  out.Texts("trusted_proxies", proxies);
  out.Close();
  PrintListener(out, "metrics", server.metrics);
  out.Close();
  PrintLog(out, server.log);
  out.Duration("drain_delay", server.drain_delay);
  out.Duration("drain_timeout", server.drain_timeout);
  out.Close();
}

void PrintRedis(Printer& out, const RedisConfig& redis) {
  out.Open("redis");
  std::vector<std::string> addresses;
  for (const Address& address : redis.addresses) addresses.push_back(address.ToString());
  out.Texts("addresses", addresses);
  out.TextUnlessEmpty("sentinel_master", redis.sentinel_master);
  out.Flag("cluster", redis.cluster);
  if (redis.tls) {
    out.Open("tls").TextUnlessEmpty("ca_file", redis.tls->ca_file);
    out.TextUnlessEmpty("cert_file", redis.tls->cert_file);
    out.TextUnlessEmpty("key_file", redis.tls->key_file);
    out.Close();
  }
  out.TextUnlessEmpty("username", redis.username);
  out.TextUnlessEmpty("password_file", redis.password_file);
  out.Text("key_prefix", redis.key_prefix);
  out.Number("replicas_to_wait", redis.replicas_to_wait);
  out.Close();
}

void PrintStorage(Printer& out, const StorageConfig& storage) {
  out.Open("storage").Word("engine", storage.engine == Engine::kMemory     ? "memory"
                                     : storage.engine == Engine::kEmbedded ? "embedded"
                                                                           : "redis");
  out.Open("embedded").Text("path", storage.embedded.path);
  out.Word("durability", storage.embedded.durability == Durability::kSync ? "sync" : "async");
  out.Close();
  if (storage.redis) PrintRedis(out, *storage.redis);
  out.Close();
}

void PrintApiKey(Printer& out, const auth::ApiKey& key) {
  out.OpenElement();
  out.Text("id", key.id);
  out.Text("sha256", absl::BytesToHexString(key.sha256));
  std::vector<std::string> scopes;
  if (key.can_read) scopes.push_back("presences.read");
  if (key.can_write) scopes.push_back("presences.write");
  out.Texts("scopes", scopes);
  if (key.expires_at) out.Text("expires_at", FormatTime(*key.expires_at));
  out.Close();
}

void PrintToken(Printer& out, const TokenSource& token) {
  out.OpenElement();
  out.Text("id", token.id);
  out.Word("algorithm", std::string(auth::AlgorithmName(token.algorithm)));
  if (token.algorithm == auth::TokenAlgorithm::kHs256) {
    if (token.secret_file.empty()) {
      out.Text("secret", kRedacted);
    } else {
      out.Text("secret_file", token.secret_file);
    }
  }
  out.TextUnlessEmpty("jwks_file", token.jwks_file);
  out.TextUnlessEmpty("jwks_url", token.jwks_url);
  out.TextUnlessEmpty("issuer", token.issuer);
  out.TextUnlessEmpty("audience", token.audience);
  out.Close();
}

void PrintLimits(Printer& out, const Limits& limits) {
  out.Open("limits");
  out.Number("max_connections", limits.max_connections);
  out.Number("max_subscriptions_per_connection", limits.max_subscriptions_per_connection);
  out.Number("max_channels_per_subscription", limits.max_channels_per_subscription);
  out.Number("messages_per_second", limits.messages_per_second);
  out.Number("message_burst", limits.message_burst);
  out.Number("connects_per_minute_per_ip", limits.connects_per_minute_per_ip);
  out.Number("max_presences", limits.max_presences);
  out.Number("writes_per_second", limits.writes_per_second);
  out.Close();
}

void PrintProject(Printer& out, const ProjectConfig& project) {
  out.OpenElement();
  out.Text("id", project.id);
  out.Word("identity", project.identity == Identity::kPerUser ? "per_user" : "per_presence_id");
  out.Duration("default_ttl", project.default_ttl);
  out.Duration("connection_grace", project.connection_grace);
  out.Duration("navigation_grace", project.navigation_grace);
  out.Flag("guest_access", project.guest_access);
  out.Texts("indexed_metadata", project.indexed_metadata);
  out.Texts("origins", project.origins);
  out.OpenList("api_keys");
  for (const auth::ApiKey& key : project.api_keys) PrintApiKey(out, key);
  out.CloseList();
  out.OpenList("tokens");
  for (const TokenSource& token : project.tokens) PrintToken(out, token);
  out.CloseList();
  PrintLimits(out, project.limits);
  out.Close();
}

}  // namespace

std::string PrintConfig(const Config& config) {
  Printer out;
  out.OpenElement();
  PrintServer(out, config.server);
  PrintStorage(out, config.storage);
  out.OpenList("projects");
  for (const ProjectConfig& project : config.projects) PrintProject(out, project);
  out.CloseList();
  out.Close();
  return out.Take();
}

}  // namespace presences::config
