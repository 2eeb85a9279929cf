#include <cstdlib>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/config/load.h"
#include "server/config/warnings.h"
#include "tests/support/paths.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/config/config_files.h"

namespace presences::config {
namespace {

using ::presences::testing::ConfigFolder;
using ::presences::testing::IsOk;
using ::presences::testing::ReadTestFile;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class GoodConfigTest : public ::testing::Test {
 protected:
  GoodConfigTest() {
    ::setenv("PRESENCES_TEST_HOST", "0.0.0.0", 1);
    folder_.Write("presenced.yaml", ReadTestFile(PRESENCES_TESTDATA "/config/full.yaml"));
    auto config = LoadConfig(folder_.Sub("presenced.yaml"));
    EXPECT_THAT(config, IsOk());
    if (config.ok()) config_ = *std::move(config);
  }

  const ConfigFolder folder_;
  Config config_;
};

TEST_F(GoodConfigTest, ReadsTheServer) {
  const ServerConfig& server = config_.server;
  EXPECT_EQ(server.grpc.address, (Address{"::1", 50'052}));
  ASSERT_TRUE(server.grpc.tls);
  EXPECT_EQ(server.grpc.tls->cert_file, folder_.Sub("cert.pem"));
  EXPECT_EQ(server.grpc.tls->client_ca_file, folder_.Sub("ca.pem"));
  EXPECT_EQ(server.http.address, (Address{"0.0.0.0", 8081}));
  EXPECT_EQ(server.max_connection_age, minutes(30));
  ASSERT_TRUE(server.http.tls);
  EXPECT_EQ(server.http.tls->cert_file, folder_.Sub("cert.pem")) << "dots are resolved";
  EXPECT_EQ(server.http.tls->client_ca_file, "");
  ASSERT_EQ(server.trusted_proxies.size(), 3u);
  EXPECT_TRUE(server.trusted_proxies[0].Contains("10.255.0.1"));
  EXPECT_EQ(server.metrics.address, (Address{"localhost", 0}));
  EXPECT_EQ(server.log.level, LogLevel::kDebug);
  EXPECT_EQ(server.log.format, LogFormat::kText);
  EXPECT_EQ(server.log.slow_request, milliseconds(250));
  EXPECT_EQ(server.log.audit_file, folder_.Sub("audit.log"));
  EXPECT_EQ(server.log.trace_sample_ratio, 0.0123456789);
  EXPECT_EQ(server.drain_delay, milliseconds(250));
  EXPECT_EQ(server.drain_timeout, minutes(1));
}

TEST_F(GoodConfigTest, ReadsTheStorage) {
  EXPECT_EQ(config_.storage.engine, Engine::kRedis);
  EXPECT_EQ(config_.storage.embedded.path, folder_.Sub("data"));
  EXPECT_EQ(config_.storage.embedded.durability, Durability::kAsync);
  ASSERT_TRUE(config_.storage.redis);
  const RedisConfig& redis = *config_.storage.redis;
  EXPECT_THAT(redis.addresses,
              ElementsAre(Address{"sentinel-1", 26'379}, Address{"2001:db8::1", 26'379}));
  EXPECT_EQ(redis.sentinel_master, "main");
  EXPECT_FALSE(redis.cluster);
  ASSERT_TRUE(redis.tls);
  EXPECT_EQ(redis.tls->key_file, folder_.Sub("key.pem"));
  EXPECT_EQ(redis.username, "presences");
  EXPECT_EQ(redis.password, "pass word") << "the line end is no part of it";
  EXPECT_EQ(redis.key_prefix, "p-1");
  EXPECT_EQ(redis.replicas_to_wait, 2);
}

TEST_F(GoodConfigTest, ReadsAProject) {
  ASSERT_EQ(config_.projects.size(), 2u);
  const ProjectConfig& project = config_.projects[0];
  EXPECT_EQ(project.id, "demo");
  EXPECT_EQ(project.identity, Identity::kPerUser);
  EXPECT_EQ(project.default_ttl, hours(720));
  EXPECT_EQ(project.connection_grace, seconds(0));
  EXPECT_EQ(project.navigation_grace, milliseconds(1500));
  EXPECT_FALSE(project.guest_access);
  EXPECT_THAT(project.indexed_metadata, ElementsAre("page", "document.id"));
  EXPECT_THAT(project.origins, ElementsAre("localhost", "*.example.com", "[::1]"));
  const Limits expected{1, 2, 3, 4, 5, 6, 7, 0};
  EXPECT_EQ(project.limits, expected);
}

TEST_F(GoodConfigTest, ReadsCredentials) {
  const std::vector<auth::ApiKey>& keys = config_.projects[0].api_keys;
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_EQ(keys[0].sha256, auth::Sha256("abc"));
  EXPECT_TRUE(keys[0].can_read && keys[0].can_write);
  EXPECT_EQ(keys[0].expires_at, TimePoint(seconds(1'798'761'600)));
  EXPECT_EQ(keys[1].sha256, auth::Sha256(""));
  EXPECT_TRUE(keys[1].can_read);
  EXPECT_FALSE(keys[1].can_write);
  EXPECT_FALSE(keys[1].expires_at);
  const std::vector<TokenSource>& tokens = config_.projects[0].tokens;
  ASSERT_EQ(tokens.size(), 4u);
  EXPECT_EQ(tokens[0].secret, "0123456789abcdef0123456789abcdef");
  EXPECT_EQ(tokens[0].issuer, "us");
  EXPECT_EQ(tokens[0].audience, "presences");
  EXPECT_EQ(tokens[1].secret, "short-${SECRET}");
  EXPECT_EQ(tokens[2].algorithm, auth::TokenAlgorithm::kEs256);
  EXPECT_THAT(tokens[2].jwks, HasSubstr("P-256"));
  EXPECT_EQ(tokens[2].jwks_url, "https://idp.example.com/keys");
  EXPECT_EQ(tokens[3].jwks, "");
}

TEST_F(GoodConfigTest, WarnsOfWhatIsSeldomMeant) {
  EXPECT_THAT(WarningsOf(config_),
              ElementsAre(HasSubstr("projects[0].tokens[1]: the secret is shorter than 32 bytes"),
                          HasSubstr("projects[0].tokens[3].jwks_url: plain http")));
}

TEST_F(GoodConfigTest, WhatIsLeftOutHasTheDocumentedDefault) {
  const auto config = ParseConfig("projects: [{ id: demo }]", "f", "/base");
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->server.grpc.address.ToString(), "127.0.0.1:50051");
  EXPECT_EQ(config->server.http.address.ToString(), "127.0.0.1:8080");
  EXPECT_EQ(config->server.metrics.address.ToString(), "127.0.0.1:9464");
  EXPECT_FALSE(config->server.grpc.tls);
  EXPECT_EQ(config->server.max_connection_age, minutes(60));
  EXPECT_EQ(config->server.log, LogConfig());
  EXPECT_EQ(config->server.log.slow_request, seconds(1));
  EXPECT_EQ(config->server.drain_delay, seconds(5));
  EXPECT_EQ(config->server.drain_timeout, seconds(25));
  EXPECT_EQ(config->storage.engine, Engine::kEmbedded);
  EXPECT_EQ(config->storage.embedded.path, "/var/lib/presences");
  EXPECT_EQ(config->storage.embedded.durability, Durability::kSync);
  const ProjectConfig& project = config->projects[0];
  EXPECT_EQ(project.identity, Identity::kPerPresenceId);
  EXPECT_EQ(project.default_ttl, seconds(90));
  EXPECT_EQ(project.connection_grace, seconds(5));
  EXPECT_EQ(project.navigation_grace, seconds(3));
  EXPECT_TRUE(project.guest_access);
  EXPECT_THAT(project.origins, IsEmpty());
  const Limits expected{100'000, 100, 100, 50, 200, 128, 0, 0};
  EXPECT_EQ(project.limits, expected);
}

TEST_F(GoodConfigTest, PathsAreRelativeToTheFile) {
  const auto config = ParseConfig(
      "storage: { embedded: { path: ../data/./x } }\nprojects: [{ id: demo }]", "f", "/base/etc");
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->storage.embedded.path, "/base/data/x");
}

TEST_F(GoodConfigTest, AnchorsSaveTyping) {
  const auto config = ParseConfig(
      "projects:\n  - { id: a, limits: &l { max_presences: 9 } }\n  - { id: b, limits: *l }\n", "f",
      "");
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->projects[1].limits.max_presences, 9);
}

}  // namespace
}  // namespace presences::config
