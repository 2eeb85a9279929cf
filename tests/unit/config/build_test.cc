#include "server/config/build.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/config/load.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/config/config_files.h"

namespace presences::config {
namespace {

using ::presences::testing::ConfigFolder;
using ::presences::testing::HasReason;
using ::presences::testing::IsOk;
using ::presences::testing::ReadTestFile;
using ::testing::ElementsAre;

constexpr char kText[] = R"(
projects:
  - id: demo
    identity: per_user
    default_ttl: 10s
    guest_access: false
    indexed_metadata: [page]
    limits: { max_presences: 7 }
    api_keys:
      - id: backend
        sha256: ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
        scopes: [presences.write]
    tokens:
      - { id: main, algorithm: HS256, secret: s, issuer: us, audience: them }
      - { id: idp, algorithm: ES256, jwks_url: "https://idp.example.com/keys" }
)";

ProjectConfig Demo() {
  const auto config = ParseConfig(kText, "f", "");
  EXPECT_THAT(config, IsOk());
  return config.ok() ? config->projects[0] : ProjectConfig();
}

TEST(BuildTest, RulesOfAProject) {
  const ProjectRules rules = BuildProjectRules(Demo());
  EXPECT_EQ(rules.project_id, "demo");
  EXPECT_EQ(rules.identity, Identity::kPerUser);
  EXPECT_EQ(rules.default_ttl, std::chrono::seconds(10));
  EXPECT_THAT(rules.indexed_metadata, ElementsAre("page"));
  EXPECT_EQ(rules.max_presences, 7);
}

TEST(BuildTest, AccessToAProject) {
  const auto auth = BuildProjectAuth(Demo());
  ASSERT_THAT(auth, IsOk());
  EXPECT_EQ(auth->project_id, "demo");
  EXPECT_FALSE(auth->guest_access);
  ASSERT_EQ(auth->api_keys.size(), 1u);
  EXPECT_TRUE(auth->api_keys[0].can_write);
  EXPECT_FALSE(auth->api_keys[0].can_read);
  ASSERT_EQ(auth->tokens.size(), 2u);
  EXPECT_EQ(auth->tokens[0]->config().id, "main");
  EXPECT_EQ(auth->tokens[0]->config().issuer, "us");
  EXPECT_EQ(auth->tokens[0]->config().audience, "them");
  EXPECT_EQ(auth->tokens[1]->config().jwks, "") << "not fetched yet";
}

TEST(BuildTest, FetchedKeySetsCount) {
  const ConfigFolder folder;
  const std::string jwks = ReadTestFile(folder.Sub("jwks.json"));
  const auto auth = BuildProjectAuth(Demo(), {{"https://idp.example.com/keys", jwks}});
  ASSERT_THAT(auth, IsOk());
  EXPECT_EQ(auth->tokens[1]->config().jwks, jwks);
  EXPECT_THAT(BuildProjectAuth(Demo(), {{"https://idp.example.com/keys", "<html>"}}),
              HasReason(Reason::kGeneralArgumentInvalid, "'idp' jwks: the key set is not JSON"));
}

}  // namespace
}  // namespace presences::config
