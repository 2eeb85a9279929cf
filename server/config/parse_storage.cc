#include <algorithm>

#include "absl/strings/ascii.h"
#include "server/config/parse.h"

namespace presences::config {
namespace {

constexpr std::size_t kMaxKeyPrefix = 64;

bool IsKeyPrefix(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxKeyPrefix &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-';
         });
}

void ParseEmbedded(const YamlValue& value, const ConfigFiles& files, EmbeddedConfig& embedded) {
  YamlMap map(value);
  if (const auto path = map.Find("path")) {
    const std::optional<std::string> text = path->AsString();
    if (text && text->empty()) path->Fail("is empty; name a folder");
    if (text && !text->empty()) embedded.path = files.Resolve(*text);
  }
  map.ReadChoice<Durability>("durability",
                             {{"sync", Durability::kSync}, {"async", Durability::kAsync}},
                             embedded.durability);
  map.Finish();
}

void ParseRedisServers(YamlMap& map, RedisConfig& redis) {
  if (const auto list = map.Require("addresses", "list the servers as host:port")) {
    for (const YamlValue& element : list->AsList()) {
      if (auto address = ParseAddressValue(element, false)) redis.addresses.push_back(*address);
    }
    if (list->node().IsSequence() && list->node().size() == 0) {
      list->Fail("must not be empty; list the servers as host:port");
    }
  }
  map.ReadString("sentinel_master", redis.sentinel_master);
  map.ReadBool("cluster", redis.cluster);
  if (redis.cluster && !redis.sentinel_master.empty()) {
    map.Find("cluster")->Fail("a cluster needs no Sentinel; remove cluster or sentinel_master");
  }
}

void ParseRedis(const YamlValue& value, const ConfigFiles& files, RedisConfig& redis) {
  YamlMap map(value);
  ParseRedisServers(map, redis);
  if (const auto tls = map.Find("tls")) {
    redis.tls.emplace();
    ParseClientTls(*tls, files, *redis.tls);
  }
  map.ReadString("username", redis.username);
  files.ReadSecret(map, "password_file", redis.password_file, redis.password);
  if (!redis.username.empty() && !map.Find("password_file")) {
    map.Find("username")->Fail("needs a password_file beside it");
  }
  map.ReadString("key_prefix", redis.key_prefix);
  if (!IsKeyPrefix(redis.key_prefix)) {
    map.Find("key_prefix")->Fail("must be 1-64 of A-Z a-z 0-9 . _ -");
  }
  map.ReadInteger("replicas_to_wait", 0, 16, redis.replicas_to_wait);
  map.Finish();
}

}  // namespace

void ParseStorage(const YamlValue& value, const ConfigFiles& files, StorageConfig& storage) {
  YamlMap map(value);
  map.ReadChoice<Engine>(
      "engine",
      {{"memory", Engine::kMemory}, {"embedded", Engine::kEmbedded}, {"redis", Engine::kRedis}},
      storage.engine);
  if (const auto embedded = map.Find("embedded")) {
    ParseEmbedded(*embedded, files, storage.embedded);
  }
  if (storage.engine == Engine::kRedis) map.Require("redis", "engine: redis reads it");
  if (const auto redis = map.Find("redis")) {
    storage.redis.emplace();
    ParseRedis(*redis, files, *storage.redis);
  }
  map.Finish();
}

}  // namespace presences::config
