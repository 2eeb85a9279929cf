// What a reload revokes, of principals that were handed out before it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "absl/strings/str_cat.h"
#include "server/auth/authenticator.h"
#include "tests/support/fake_clock.h"
#include "tests/unit/auth/issuer.h"

namespace presences::auth {
namespace {

using ::presences::testing::FakeClock;
using ::presences::testing::Issuer;
using std::chrono::seconds;

class StandingTest : public ::testing::Test {
 protected:
  ProjectAuth Project() const {
    ProjectAuth project;
    project.project_id = "demo";
    project.api_keys = {{.id = "k", .sha256 = Sha256("key"), .can_read = true, .can_write = true}};
    project.tokens = {Verifier(KeySet(first_.Jwk(R"(,"kid":"a")")))};
    return project;
  }
  static TokenConfig KeySet(const std::string& keys) {
    TokenConfig config{.id = "idp", .algorithm = TokenAlgorithm::kEs256};
    config.jwks = absl::StrCat("{\"keys\":[", keys, "]}");
    return config;
  }
  static std::shared_ptr<const TokenVerifier> Verifier(const TokenConfig& config) {
    return *TokenVerifier::Make(config);
  }
  PrincipalPtr ByKey() { return *authenticator_.Authenticate({.api_key = "key"}, clock_.Now()); }
  PrincipalPtr ByToken(const std::string& user) {
    const auto exp = std::chrono::duration_cast<seconds>(clock_.Now().time_since_epoch());
    const std::string token =
        first_.Sign(absl::StrCat(R"({"sub":")", user, R"(","exp":)", exp.count() + 60, "}"));
    return *authenticator_.Authenticate({.token = token}, clock_.Now());
  }
  PrincipalPtr Guest() { return *authenticator_.Authenticate({}, clock_.Now()); }
  void ReloadWith(const std::function<void(ProjectAuth&)>& change) {
    ProjectAuth project = Project();
    change(project);
    authenticator_.Reload({project});
  }

  FakeClock clock_;
  const Issuer first_{TokenAlgorithm::kEs256};
  const Issuer second_{TokenAlgorithm::kEs256};
  Authenticator authenticator_{{Project()}};
};

TEST_F(StandingTest, WhatIsStillAcceptedKeepsItsStanding) {
  const auto key = ByKey();
  const auto user = ByToken("u");
  const auto guest = Guest();
  ReloadWith([](ProjectAuth& project) {
    project.api_keys[0].id = "renamed";
    project.api_keys.push_back({.id = "new", .sha256 = Sha256("new"), .can_read = true});
  });
  ReloadWith([](ProjectAuth&) {});
  for (const auto& each : {key, user, guest}) EXPECT_FALSE(each->validity().revoked());
  EXPECT_EQ(ByKey()->standing, key->standing);
}

TEST_F(StandingTest, AKeyThatGoesOrMayLessIsRevoked) {
  const auto key = ByKey();
  const auto user = ByToken("u");
  ReloadWith([](ProjectAuth& project) { project.api_keys[0].can_write = false; });
  EXPECT_TRUE(key->validity().revoked());
  EXPECT_EQ(key->standing->refusal(), Reason::kUserUnauthenticated);
  const auto reduced = ByKey();
  EXPECT_FALSE(reduced->validity().revoked());
  ReloadWith([](ProjectAuth& project) { project.api_keys.clear(); });
  EXPECT_TRUE(reduced->validity().revoked());
  EXPECT_FALSE(user->validity().revoked());
}

TEST_F(StandingTest, AnIssuersNewKeyRevokesNobodyAndItsOldOneWhenItGoes) {
  const auto alice = ByToken("alice");
  const auto bob = ByToken("bob");
  EXPECT_EQ(alice->standing, bob->standing) << "one flag for all";
  ReloadWith([this](ProjectAuth& project) {
    project.tokens = {Verifier(
        KeySet(absl::StrCat(second_.Jwk(R"(,"kid":"b")"), ",", first_.Jwk(R"(,"kid":"a")"))))};
  });
  EXPECT_FALSE(alice->validity().revoked());
  ReloadWith([this](ProjectAuth& project) {
    project.tokens = {Verifier(KeySet(second_.Jwk(R"(,"kid":"b")")))};
  });
  EXPECT_TRUE(alice->validity().revoked());
  EXPECT_TRUE(bob->validity().revoked());
  EXPECT_EQ(alice->standing->refusal(), Reason::kUserJwtInvalid);
}

TEST_F(StandingTest, WhomAKeyMaySpeakForCounts) {
  const auto user = ByToken("u");
  ReloadWith([this](ProjectAuth& project) {
    TokenConfig config = KeySet(first_.Jwk(R"(,"kid":"a")"));
    config.audience = "somebody else";
    project.tokens = {Verifier(config)};
  });
  EXPECT_TRUE(user->validity().revoked());
}

TEST_F(StandingTest, GuestsGoWithGuestAccess) {
  const auto guest = Guest();
  ReloadWith([](ProjectAuth& project) { project.guest_access = false; });
  EXPECT_TRUE(guest->validity().revoked());
  EXPECT_FALSE(Guest()->validity().revoked()) << "has nothing to lose";
}

}  // namespace
}  // namespace presences::auth
