#include "server/config/dev_mode.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/auth/authenticator.h"
#include "server/config/build.h"
#include "server/config/load.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace presences::config {
namespace {

using ::presences::testing::IsOk;
using ::presences::testing::TempDir;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

constexpr TimePoint kNow{std::chrono::seconds(1'900'000'000)};

class DevModeTest : public ::testing::Test {
 protected:
  DevSetup Start() {
    const auto setup = DevConfig(data_dir_);
    EXPECT_THAT(setup, IsOk());
    return setup.ok() ? *setup : DevSetup();
  }
  std::string File(const std::string& name) { return data_dir_ + "/" + name; }
  static unsigned ModeOf(const std::string& path) {
    struct stat info {};
    EXPECT_EQ(::stat(path.c_str(), &info), 0);
    return info.st_mode & 07777;
  }
  std::string Refusal() { return std::string(DevConfig(data_dir_).status().message()); }

  TempDir parent_;
  const std::string data_dir_ = parent_.Sub("a/data");
};

TEST_F(DevModeTest, MakesCredentialsThatOnlyTheOwnerMayRead) {
  const DevSetup setup = Start();
  EXPECT_THAT(setup.api_key, MatchesRegex("standard_[0-9a-f]{64}"));
  EXPECT_THAT(setup.jwt_secret, MatchesRegex("[0-9a-f]{64}"));
  EXPECT_EQ(ModeOf(File("dev-api-key")), 0600u);
  EXPECT_EQ(ModeOf(File("dev-jwt-secret")), 0600u);
  EXPECT_EQ(ModeOf(data_dir_), 0700u);
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& f : std::filesystem::directory_iterator(data_dir_)) ++files;
  EXPECT_EQ(files, 2u) << "drafts are gone";
}

TEST_F(DevModeTest, NoUmaskChangesTheMode) {
  const mode_t before = ::umask(0);
  Start();
  EXPECT_EQ(ModeOf(File("dev-api-key")), 0600u);
  std::filesystem::remove(File("dev-api-key"));
  ::umask(0777);
  Start();
  EXPECT_EQ(ModeOf(File("dev-api-key")), 0600u);
  ::umask(before);
}

TEST_F(DevModeTest, UsesThemAgain) {
  const DevSetup first = Start();
  const DevSetup second = Start();
  EXPECT_EQ(second.api_key, first.api_key);
  EXPECT_EQ(second.jwt_secret, first.jwt_secret);
  EXPECT_EQ(second.config, first.config);
}

TEST_F(DevModeTest, TakesRightsOfOthersOffAnExistingFile) {
  Start();
  ::chmod(File("dev-api-key").c_str(), 0644);
  Start();
  EXPECT_EQ(ModeOf(File("dev-api-key")), 0600u);
}

TEST_F(DevModeTest, StartsThatRaceAgree) {
  std::vector<std::string> keys(4);
  std::vector<std::thread> threads;
  for (std::string& key : keys) {
    threads.emplace_back([&key, this] { key = Start().api_key; });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& key : keys) EXPECT_EQ(key, keys[0]);
}

TEST_F(DevModeTest, RefusesADamagedFileAndSaysWhatToDo) {
  Start();
  for (const char* text : {"", "standard_", "standard_zz\n", "something else\n"}) {
    std::ofstream(File("dev-api-key")) << text;
    EXPECT_THAT(Refusal(), HasSubstr("dev-api-key does not hold what --dev once wrote; delete it"));
  }
}

TEST_F(DevModeTest, RefusesAFolderThatCannotBe) {
  std::ofstream(parent_.Sub("a")) << "a file";
  EXPECT_THAT(Refusal(), HasSubstr("cannot make the folder"));
  EXPECT_THAT(std::string(DevConfig("").status().message()), HasSubstr("--data_dir is empty"));
}

TEST_F(DevModeTest, TheConfigurationIsComplete) {
  const DevSetup setup = Start();
  EXPECT_EQ(setup.config.server.drain_delay.count(), 0);
  EXPECT_EQ(setup.config.storage.engine, Engine::kEmbedded);
  EXPECT_EQ(setup.config.storage.embedded.path, File("embedded"));
  ASSERT_EQ(setup.config.projects.size(), 1u);
  EXPECT_EQ(setup.config.projects[0].id, "demo");
  EXPECT_THAT(CheckDevAddresses(setup.config), IsOk());
  const auto again = ParseConfig(PrintConfig(setup.config), "printed", "");
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(*again, setup.config);
}

TEST_F(DevModeTest, ItsCredentialsWork) {
  const DevSetup setup = Start();
  const auto access = BuildProjectAuth(setup.config.projects[0]);
  ASSERT_THAT(access, IsOk());
  const auth::Authenticator authenticator({*access});
  const auto key = authenticator.Authenticate({.api_key = setup.api_key}, kNow);
  ASSERT_THAT(key, IsOk());
  EXPECT_TRUE((*key)->can_read && (*key)->can_write);
  const std::string token = MintDevToken(setup, "alice", kNow);
  const auto day = std::chrono::hours(24);
  const auto user = authenticator.Authenticate({.token = token}, kNow + day);
  ASSERT_THAT(user, IsOk());
  EXPECT_EQ((*user)->caller.user_id, "alice");
  EXPECT_FALSE(authenticator.Authenticate({.token = token}, kNow + day + auth::kClockSkew).ok());
}

TEST_F(DevModeTest, OtherMachinesAreKeptOut) {
  const DevSetup setup = Start();
  for (Listener ServerConfig::*listener :
       {&ServerConfig::grpc, &ServerConfig::http, &ServerConfig::metrics}) {
    Config config = setup.config;
    (config.server.*listener).address.host = "0.0.0.0";
    EXPECT_THAT(std::string(CheckDevAddresses(config).message()),
                HasSubstr("--dev listens on loopback only"));
    (config.server.*listener).address.host = "::1";
    EXPECT_THAT(CheckDevAddresses(config), IsOk());
  }
}

TEST_F(DevModeTest, TheBannerIsReadyToPaste) {
  const DevSetup setup = Start();
  const std::string banner =
      DevBanner(setup, {"127.0.0.1:1001", "127.0.0.1:1002", "127.0.0.1:1003"}, kNow);
  const std::string token = MintDevToken(setup, "alice", kNow);
  for (const std::string& line :
       {std::string("curl -X PUT http://127.0.0.1:1002/v1/presences/alice-laptop"),
        "-H 'X-Appwrite-Key: " + setup.api_key + "'",
        std::string("PRESENCES_ENDPOINT=127.0.0.1:1001 PRESENCES_PROJECT=demo"),
        "PRESENCES_KEY=" + setup.api_key + " presencectl watch",
        std::string("http://127.0.0.1:1003/metrics"), ".setJWT(\"" + token + "\")",
        ".setKey(\"" + setup.api_key + "\")", setup.jwt_secret, data_dir_}) {
    EXPECT_THAT(banner, HasSubstr(line));
  }
  for (const char* left : {"{KEY}", "{HTTP}", "{TOKEN}", "{PROJECT}"}) {
    EXPECT_THAT(banner, ::testing::Not(HasSubstr(left)));
  }
}

}  // namespace
}  // namespace presences::config
