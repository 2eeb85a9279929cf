// The parts of the file, each read by one function into its part of the Config.
//
// Threads: one at a time.
#pragma once

#include "server/config/config.h"
#include "server/config/config_files.h"
#include "server/config/yaml_reader.h"

namespace presences::config {

void ParseServer(const YamlValue& value, const ConfigFiles& files, ServerConfig& server);
void ParseStorage(const YamlValue& value, const ConfigFiles& files, StorageConfig& storage);
void ParseProject(const YamlValue& value, const ConfigFiles& files, ProjectConfig& project);

// Parts of a project.
void ParseApiKeys(const YamlValue& value, std::vector<auth::ApiKey>& keys);
void ParseTokens(const YamlValue& value, const ConfigFiles& files,
                 std::vector<TokenSource>& tokens);

// A listener's or a client's tls.
void ParseServerTls(const YamlValue& value, const ConfigFiles& files, ServerTls& tls);
void ParseClientTls(const YamlValue& value, const ConfigFiles& files, ClientTls& tls);

// host:port; a port of 0 only where `any_port`.
std::optional<Address> ParseAddressValue(const YamlValue& value, bool any_port);
// An id under the name `id`, which must be given and follow the UID rule. Empty after a report.
std::string ParseId(YamlMap& map);

}  // namespace presences::config
