// What a reload takes over, and what it refuses.
#include "server/config/diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace presences::config {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Config Running() {
  Config config;
  config.projects.resize(2);
  config.projects[0].id = "demo";
  config.projects[1].id = "other";
  config.server.grpc.tls = ServerTls{"/c", "/k", "", {"cert", "key", ""}};
  return config;
}

ConfigDiff After(const std::function<void(Config&)>& change) {
  Config next = Running();
  change(next);
  return Diff(Running(), next);
}

TEST(ConfigDiff, NothingChanged) {
  const ConfigDiff diff = After([](Config&) {});
  EXPECT_THAT(diff.reloadable, IsEmpty());
  EXPECT_THAT(diff.needs_restart, IsEmpty());
  EXPECT_TRUE(CheckReloadable(diff).ok());
}

TEST(ConfigDiff, EveryReloadableKeyIsNamed) {
  const ConfigDiff diff = After([](Config& next) {
    next.server.grpc.tls->text.key = "another";
    next.server.trusted_proxies.push_back(*IpRange::Parse("10.0.0.0/8"));
    next.server.log.level = LogLevel::kDebug;
    next.server.drain_delay += milliseconds(1);
    next.server.drain_timeout += milliseconds(1);
    ProjectConfig& project = next.projects[1];
    project.guest_access = false;
    project.origins = {"*"};
    project.api_keys.push_back({.id = "k"});
    project.tokens.emplace_back();
    Limits& limits = project.limits;
    for (std::int64_t* each :
         {&limits.max_connections, &limits.max_subscriptions_per_connection,
          &limits.max_channels_per_subscription, &limits.messages_per_second, &limits.message_burst,
          &limits.connects_per_minute_per_ip, &limits.max_presences, &limits.writes_per_second}) {
      ++*each;
    }
  });
  EXPECT_THAT(diff.needs_restart, IsEmpty());
  EXPECT_THAT(
      diff.reloadable,
      ElementsAre("server.grpc.tls", "server.http.trusted_proxies", "server.log",
                  "server.drain_delay", "server.drain_timeout", "projects[1].guest_access",
                  "projects[1].origins", "projects[1].api_keys", "projects[1].tokens",
                  "projects[1].limits.max_connections",
                  "projects[1].limits.max_subscriptions_per_connection",
                  "projects[1].limits.max_channels_per_subscription",
                  "projects[1].limits.messages_per_second", "projects[1].limits.message_burst",
                  "projects[1].limits.connects_per_minute_per_ip",
                  "projects[1].limits.max_presences", "projects[1].limits.writes_per_second"));
}

TEST(ConfigDiff, EveryFixedKeyIsNamed) {
  const ConfigDiff diff = After([](Config& next) {
    next.server.grpc.address.port = 1;
    next.server.grpc.tls->client_ca_file = "/ca";
    next.server.max_connection_age += milliseconds(1);
    next.server.http.address.port = 2;
    next.server.http.tls.emplace();
    next.server.metrics.address.port = 3;
    next.storage.embedded.path = "/elsewhere";
    ProjectConfig& project = next.projects[0];
    project.id = "renamed";
    project.identity = Identity::kPerUser;
    project.default_ttl += milliseconds(1);
    project.connection_grace += milliseconds(1);
    project.navigation_grace += milliseconds(1);
    project.indexed_metadata = {"page"};
  });
  EXPECT_THAT(diff.reloadable, IsEmpty());
  EXPECT_THAT(
      diff.needs_restart,
      ElementsAre("server.grpc.address", "server.grpc.tls.client_ca_file",
                  "server.grpc.max_connection_age", "server.http.address", "server.http.tls",
                  "server.metrics.address", "storage", "projects[0].id", "projects[0].identity",
                  "projects[0].default_ttl", "projects[0].connection_grace",
                  "projects[0].navigation_grace", "projects[0].indexed_metadata"));
  EXPECT_THAT(std::string(CheckReloadable(diff).message()), HasSubstr("restart"));
}

TEST(ConfigDiff, ProjectsComeAndGoByRestart) {
  const ConfigDiff diff = After([](Config& next) { next.projects.pop_back(); });
  EXPECT_THAT(diff.needs_restart, ElementsAre("projects"));
}

}  // namespace
}  // namespace presences::config
