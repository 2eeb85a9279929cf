#include <chrono>

#include "absl/strings/str_cat.h"
#include "server/config/parse.h"

namespace presences::config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

void ParseListener(YamlMap& map, const ConfigFiles& files, bool may_have_tls, Listener& listener) {
  if (const auto address = map.Find("address")) {
    listener.address = ParseAddressValue(*address, true).value_or(listener.address);
  }
  if (!may_have_tls) return;
  if (const auto tls = map.Find("tls")) {
    listener.tls.emplace();
    ParseServerTls(*tls, files, *listener.tls);
  }
}

void ParseTrustedProxies(const YamlValue& value, std::vector<IpRange>& proxies) {
  for (const YamlValue& element : value.AsList()) {
    const std::optional<std::string> text = element.AsString();
    if (!text) continue;
    if (const std::optional<IpRange> range = IpRange::Parse(*text)) {
      proxies.push_back(*range);
    } else {
      element.Fail("must be an IP address or a block such as 10.0.0.0/8 or fd00::/8");
    }
  }
}

void ParseLog(const YamlValue& value, const ConfigFiles& files, LogConfig& log) {
  YamlMap map(value);
  std::vector<std::pair<std::string, LogLevel>> levels;
  for (const LogLevel level : kLogLevels) levels.emplace_back(LogLevelName(level), level);
  map.ReadChoice("level", levels, log.level);
  LogFormat format = LogFormat::kJson;
  if (map.Find("format")) {
    map.ReadChoice("format", {{"json", LogFormat::kJson}, {"text", LogFormat::kText}}, format);
    log.format = format;
  }
  map.ReadDuration("slow_request", milliseconds(0), std::chrono::hours(1), log.slow_request);
  std::string audit_file;
  map.ReadString("audit_file", audit_file);
  if (!audit_file.empty()) log.audit_file = files.Resolve(audit_file);
  map.ReadNumber("trace_sample_ratio", 0, 1, log.trace_sample_ratio);
  map.Finish();
}

// Two listeners on one fixed port: the second would fail long after the file was found good.
void CheckDistinct(const YamlValue& value, const ServerConfig& server) {
  const std::pair<const char*, const Address*> listeners[] = {{"grpc", &server.grpc.address},
                                                              {"http", &server.http.address},
                                                              {"metrics", &server.metrics.address}};
  for (const auto& [name, address] : listeners) {
    for (const auto& [earlier, other] : listeners) {
      if (address == other) break;
      if (address->port == 0 || *address != *other) continue;
      value.errors().Add(value.line(), absl::StrCat(value.path(), ".", name, ".address"),
                         absl::StrCat("is the same as that of ", earlier,
                                      "; give each listener a port of its own"));
    }
  }
}

}  // namespace

std::optional<Address> ParseAddressValue(const YamlValue& value, bool any_port) {
  const std::optional<std::string> text = value.AsString();
  if (!text) return std::nullopt;
  std::optional<Address> address = ParseAddress(*text);
  if (address && (any_port || address->port != 0)) return address;
  value.Fail(absl::StrCat("must be host:port, such as 127.0.0.1:8080 or [::1]:8080, with a port ",
                          any_port ? "from 0 (any free one) to 65535" : "from 1 to 65535"));
  return std::nullopt;
}

void ParseServer(const YamlValue& value, const ConfigFiles& files, ServerConfig& server) {
  YamlMap map(value);
  if (const auto grpc = map.Find("grpc")) {
    YamlMap listener(*grpc);
    ParseListener(listener, files, true, server.grpc);
    listener.ReadDuration("max_connection_age", milliseconds(0), hours(24),
                          server.max_connection_age);
    listener.Finish();
  }
  if (const auto http = map.Find("http")) {
    YamlMap listener(*http);
    ParseListener(listener, files, true, server.http);
    if (const auto proxies = listener.Find("trusted_proxies")) {
      ParseTrustedProxies(*proxies, server.trusted_proxies);
    }
    listener.Finish();
  }
  if (const auto metrics = map.Find("metrics")) {
    YamlMap listener(*metrics);
    ParseListener(listener, files, false, server.metrics);
    listener.Finish();
  }
  if (const auto log = map.Find("log")) ParseLog(*log, files, server.log);
  map.ReadDuration("drain_delay", milliseconds(0), minutes(10), server.drain_delay);
  map.ReadDuration("drain_timeout", seconds(1), minutes(10), server.drain_timeout);
  map.Finish();
  CheckDistinct(value, server);
}

}  // namespace presences::config
