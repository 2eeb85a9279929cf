// Config: everything an operator can say, checked; the meaning of each field and its default.
//
// The comments name the key of the file (design 3.2). Paths are absolute or as the caller's
// base_dir made them; texts of secret files are read in, so that a Config is all that is needed.
//
// Threads: a value; immutable by convention once loaded.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/auth/api_key.h"
#include "server/auth/token_verifier.h"
#include "server/base/ip_range.h"
#include "server/base/log.h"
#include "server/base/tls_text.h"
#include "server/config/address.h"
#include "server/core/rules.h"

namespace presences::config {

// `tls` of a listener: PEM files, which are read again on SIGHUP.
struct ServerTls {
  std::string cert_file;       // certificate, then its chain
  std::string key_file;        // private key of the certificate
  std::string client_ca_file;  // empty: clients need no certificate; else one signed by these
  TlsText text;                // of the files

  friend bool operator==(const ServerTls&, const ServerTls&) = default;
};

struct Listener {
  Address address;
  std::optional<ServerTls> tls;  // absent: plain text

  friend bool operator==(const Listener&, const Listener&) = default;
};

// `server.log`
struct LogConfig {
  LogLevel level = LogLevel::kInfo;  // debug, info, warning, error
  std::optional<LogFormat> format;   // json, text; absent: text on a terminal
  std::chrono::milliseconds slow_request{
      1000};                      // 0-1h: a call that takes longer is logged; 0: none
  std::string audit_file;         // empty: denied calls are told on stderr
  double trace_sample_ratio = 0;  // 0-1: of calls that belong to no trace yet

  friend bool operator==(const LogConfig&, const LogConfig&) = default;
};

// `server`
struct ServerConfig {
  Listener grpc{{"127.0.0.1", 50'051}, {}};   // grpc.address, grpc.tls
  Listener http{{"127.0.0.1", 8080}, {}};     // http.address, http.tls
  Listener metrics{{"127.0.0.1", 9464}, {}};  // metrics.address; never TLS
  std::vector<IpRange> trusted_proxies;       // http.trusted_proxies: whose X-Forwarded-For counts
  // grpc.max_connection_age: 0-24h; then clients connect anew. 0: never.
  std::chrono::milliseconds max_connection_age{3'600'000};
  LogConfig log;
  std::chrono::milliseconds drain_delay{5000};      // 0-10m: unready but serving
  std::chrono::milliseconds drain_timeout{25'000};  // 1s-10m: then what is left is cut

  friend bool operator==(const ServerConfig&, const ServerConfig&) = default;
};

enum class Engine { kMemory, kEmbedded, kRedis };
enum class Durability {
  kSync,   // on disk before the acknowledgement
  kAsync,  // up to 1 s is lost on a power cut, nothing when the process dies
};

// `storage.embedded`
struct EmbeddedConfig {
  std::string path = "/var/lib/presences";  // a folder, made when missing
  Durability durability = Durability::kSync;

  friend bool operator==(const EmbeddedConfig&, const EmbeddedConfig&) = default;
};

// `tls` of the connections to Redis; `tls: {}` is TLS with the system's certificates.
struct ClientTls {
  std::string ca_file;    // empty: the system's
  std::string cert_file;  // empty: no client certificate; else with key_file
  std::string key_file;

  friend bool operator==(const ClientTls&, const ClientTls&) = default;
};

// `storage.redis`
struct RedisConfig {
  std::vector<Address>
      addresses;                 // required: servers, or the sentinels when there is a master name
  std::string sentinel_master;   // empty: no Sentinel
  bool cluster = false;          // addresses are nodes of a Redis Cluster
  std::optional<ClientTls> tls;  // absent: plain text
  std::string username;          // empty: the default user
  std::string password_file;     // empty: no password
  std::string password;          // text of password_file
  std::string key_prefix = "presences";  // 1-64 of A-Z a-z 0-9 . _ -
  std::int64_t replicas_to_wait = 1;     // 0-16: that have the batch before the acknowledgement

  friend bool operator==(const RedisConfig&, const RedisConfig&) = default;
};

// `storage`
struct StorageConfig {
  Engine engine = Engine::kEmbedded;
  EmbeddedConfig embedded;
  std::optional<RedisConfig> redis;  // required by engine: redis

  friend bool operator==(const StorageConfig&, const StorageConfig&) = default;
};

// `projects[].tokens[]`: somebody who may vouch for users.
struct TokenSource {
  std::string id;  // UID rule; unique in the project; what a token's `kid` may name
  auth::TokenAlgorithm algorithm = auth::TokenAlgorithm::kHs256;
  std::string secret;       // HS256: `secret`, or the text of secret_file less its line end
  std::string secret_file;  // HS256
  std::string jwks_file;    // RS256, ES256, EdDSA: at least one of the two
  std::string jwks;         // text of jwks_file; what counts until jwks_url answered
  std::string jwks_url;     // fetched at the start, every 5 minutes and at a reload
  std::string issuer;       // empty: `iss` is not checked
  std::string audience;     // empty: `aud` is not checked

  friend bool operator==(const TokenSource&, const TokenSource&) = default;
};

// `projects[].limits`; 0 switches a limit off.
struct Limits {
  std::int64_t max_connections = 100'000;  // sockets and streams open at once
  std::int64_t max_subscriptions_per_connection = 100;
  std::int64_t max_channels_per_subscription = 100;
  std::int64_t messages_per_second = 50;          // a connection may send, on average
  std::int64_t message_burst = 200;               // and at once
  std::int64_t connects_per_minute_per_ip = 128;  // of sockets
  std::int64_t max_presences = 0;                 // live records
  std::int64_t writes_per_second = 0;             // of all callers together

  friend bool operator==(const Limits&, const Limits&) = default;
};

// `projects[]`
struct ProjectConfig {
  std::string id;  // required; UID rule; unique
  Identity identity = Identity::kPerPresenceId;
  std::chrono::milliseconds default_ttl{90'000};     // 1s-720h
  std::chrono::milliseconds connection_grace{5000};  // 0-1h
  std::chrono::milliseconds navigation_grace{3000};  // 0-1h
  bool guest_access = true;  // guests may get and list what `any` or `guests` may read
  std::vector<std::string> indexed_metadata;  // up to 16 paths, without a leading "metadata."
  std::vector<std::string> origins;           // lower case: hosts, *.suffix, or *
  std::vector<auth::ApiKey> api_keys;
  std::vector<TokenSource> tokens;
  Limits limits;

  friend bool operator==(const ProjectConfig&, const ProjectConfig&) = default;
};

struct Config {
  ServerConfig server;
  StorageConfig storage;
  std::vector<ProjectConfig> projects;  // at least one

  friend bool operator==(const Config&, const Config&) = default;
};

}  // namespace presences::config
