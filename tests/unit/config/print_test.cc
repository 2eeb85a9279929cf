#include <cstdlib>

#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/config/load.h"
#include "tests/support/paths.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/config/config_files.h"

namespace presences::config {
namespace {

using ::presences::testing::ConfigFolder;
using ::presences::testing::IsOk;
using ::presences::testing::ReadTestFile;
using ::testing::HasSubstr;
using ::testing::Not;

// What PrintConfig wrote, read again in another folder.
Config Again(const Config& config) {
  const std::string text = PrintConfig(config);
  const auto again = ParseConfig(text, "printed", "/elsewhere");
  EXPECT_THAT(again, IsOk()) << text;
  return again.ok() ? *again : Config();
}

TEST(PrintConfigTest, WhatIsPrintedLoadsToTheSame) {
  ::setenv("PRESENCES_TEST_HOST", "0.0.0.0", 1);
  const ConfigFolder folder;
  auto config =
      ParseConfig(ReadTestFile(PRESENCES_TESTDATA "/config/full.yaml"), "full.yaml", folder.path());
  ASSERT_THAT(config, IsOk());
  config->projects[0].tokens[1].secret = kRedacted;
  EXPECT_EQ(Again(*config), *config);
}

TEST(PrintConfigTest, DefaultsArePrintedAndLoadToTheSame) {
  for (const char* engine : {"memory", "embedded"}) {
    const auto config = ParseConfig(
        std::string("storage: { engine: ") + engine + " }\nprojects: [{ id: demo }]", "f", "");
    ASSERT_THAT(config, IsOk());
    EXPECT_EQ(Again(*config), *config);
    EXPECT_THAT(PrintConfig(*config), HasSubstr("default_ttl: 90s"));
    EXPECT_THAT(PrintConfig(*config), HasSubstr("message_burst: 200"));
  }
}

TEST(PrintConfigTest, NeverPrintsASecret) {
  const ConfigFolder folder;
  const auto config = ParseConfig(
      "storage: { redis: { addresses: [\"r:1\"], password_file: redis.password } }\n"
      "projects:\n  - id: demo\n    tokens:\n"
      "      - { id: a, algorithm: HS256, secret: hunter2 }\n"
      "      - { id: b, algorithm: HS256, secret_file: jwt.secret }\n",
      "f", folder.path());
  ASSERT_THAT(config, IsOk());
  const std::string text = PrintConfig(*config);
  EXPECT_THAT(text, Not(HasSubstr("hunter2")));
  EXPECT_THAT(text, Not(HasSubstr("0123456789abcdef")));
  EXPECT_THAT(text, Not(HasSubstr("pass word")));
  EXPECT_THAT(text, HasSubstr("secret: \"(redacted)\""));
  EXPECT_THAT(text, HasSubstr("secret_file: \"" + folder.Sub("jwt.secret") + "\""));
}

TEST(PrintConfigTest, OddTextSurvives) {
  Config config;
  ProjectConfig project;
  project.id = "123";
  TokenSource token;
  token.id = "true";
  token.secret = kRedacted;
  for (const char* text : {"a: b # c", "${HOME}", "$${HOME}", "\\ \" '", "~", "null",
                           "é\xe2\x80\xa8", "- x", "*a", "&a", "!x", " padded "}) {
    token.issuer = text;
    project.tokens = {token};
    config.projects = {project};
    EXPECT_EQ(Again(config), config) << text;
  }
}

}  // namespace
}  // namespace presences::config
