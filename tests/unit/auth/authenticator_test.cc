#include "server/auth/authenticator.h"

#include <atomic>
#include <thread>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/auth/issuer.h"

namespace presences::auth {
namespace {

using ::presences::testing::FakeClock;
using ::presences::testing::HasReason;
using ::presences::testing::IsOk;
using ::presences::testing::Issuer;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const TokenConfig kMain{.id = "main", .secret = "secret of main", .issuer = "", .audience = ""};
const TokenConfig kOther{.id = "other", .secret = "secret of other", .issuer = "them"};

std::shared_ptr<const TokenVerifier> Verifier(const TokenConfig& config) {
  return *TokenVerifier::Make(config);
}

ApiKey Key(const std::string& id, const std::string& text) {
  return {.id = id, .sha256 = Sha256(text), .can_read = true, .can_write = true};
}

ProjectAuth Demo() {
  ProjectAuth project;
  project.project_id = "demo";
  project.api_keys = {Key("backend", "standard_backend"), Key("reader", "standard_reader"),
                      Key("old", "standard_old")};
  project.api_keys[1].can_write = false;
  project.api_keys[2].expires_at = FakeClock().Now() + seconds(10);
  project.tokens = {Verifier(kMain), Verifier(kOther)};
  return project;
}

ProjectAuth Second() {
  ProjectAuth project;
  project.project_id = "second";
  project.guest_access = false;
  project.api_keys = {Key("backend", "standard_second")};
  project.tokens = {Verifier(kMain)};
  return project;
}

class AuthenticatorTest : public ::testing::Test {
 protected:
  absl::StatusOr<PrincipalPtr> Show(Credentials credentials) {
    if (!credentials.project) credentials.project = "demo";
    return authenticator_.Authenticate(credentials, clock_.Now());
  }
  std::string Payload(const std::string& user, const std::string& members = "") {
    const auto exp =
        std::chrono::duration_cast<seconds>(clock_.Now().time_since_epoch()) + seconds(60);
    return absl::StrCat(R"({"sub":")", user, R"(","exp":)", exp.count(), members, "}");
  }
  std::string Token(const std::string& user, const std::string& members = "") {
    return MintToken(kMain, Payload(user, members));
  }
  static std::string Session(const std::string& id, const std::string& secret) {
    return absl::Base64Escape(absl::StrCat(R"({"id":")", id, R"(","secret":")", secret, "\"}"));
  }

  FakeClock clock_;
  Authenticator authenticator_{{Demo(), Second()}};
};

TEST_F(AuthenticatorTest, NothingShownIsAGuest) {
  for (const Credentials& credentials :
       {Credentials{}, Credentials{.api_key = "", .token = "", .session = ""}}) {
    const auto guest = Show(credentials);
    ASSERT_THAT(guest, IsOk());
    EXPECT_EQ((*guest)->kind, Principal::Kind::kGuest);
    EXPECT_THAT((*guest)->caller.roles->roles(), ElementsAre("any", "guests"));
    EXPECT_TRUE((*guest)->can_read);
    EXPECT_FALSE((*guest)->can_write);
    EXPECT_FALSE((*guest)->expires_at);
  }
  EXPECT_FALSE((*Show({.project = "second"}))->can_read) << "guest_access is off there";
}

TEST_F(AuthenticatorTest, ProjectsMustBeConfiguredAndNamed) {
  EXPECT_EQ((*Show({.project = "second"}))->project, 1u);
  EXPECT_THAT(Show({.project = "third"}), HasReason(Reason::kProjectNotFound, "'third'"));
  EXPECT_THAT(Show({.project = ""}), HasReason(Reason::kProjectNotFound, "name one"));
  const auto odd = Show({.project = "<script>\xff"});
  EXPECT_THAT(odd, HasReason(Reason::kProjectNotFound, "not configured"));
  EXPECT_THAT(std::string(odd.status().message()), Not(HasSubstr("script")));
  const Authenticator single({Demo()});
  const auto guest = single.Authenticate({}, clock_.Now());
  ASSERT_THAT(guest, IsOk());
  EXPECT_EQ((*guest)->project, 0u);
}

TEST_F(AuthenticatorTest, KeysArePrivilegedAndCarryTheirScopes) {
  const auto key = Show({.api_key = "standard_backend"});
  ASSERT_THAT(key, IsOk());
  EXPECT_EQ((*key)->kind, Principal::Kind::kKey);
  EXPECT_EQ((*key)->credential_id, "backend");
  EXPECT_TRUE((*key)->caller.privileged);
  EXPECT_TRUE((*key)->caller.user_id.empty());
  EXPECT_THAT((*key)->caller.roles->roles(), ElementsAre("any", "keys"));
  EXPECT_TRUE((*key)->can_write);
  EXPECT_FALSE((*Show({.api_key = "standard_reader"}))->can_write);
  EXPECT_TRUE((*Show({.api_key = "standard_reader"}))->can_read);
}

TEST_F(AuthenticatorTest, UnknownKeysAreRefusedAndNotRepeated) {
  for (const char* text : {"standard_backen", "standard_backend ", "STANDARD_BACKEND", "x"}) {
    const auto refused = Show({.api_key = text});
    EXPECT_THAT(refused, HasReason(Reason::kUserUnauthenticated, "not a key of project 'demo'"));
    EXPECT_THAT(std::string(refused.status().message()), Not(HasSubstr("backen")));
  }
  EXPECT_THAT(Show({.api_key = "standard_second"}),
              HasReason(Reason::kUserUnauthenticated, "belongs to another project"));
  EXPECT_THAT(Show({.project = "second", .api_key = "standard_backend"}),
              HasReason(Reason::kUserUnauthenticated, "belongs to another project"));
}

TEST_F(AuthenticatorTest, KeysExpireAlsoWhenRemembered) {
  clock_.Advance(seconds(10) - milliseconds(1));
  EXPECT_THAT(Show({.api_key = "standard_old"}), IsOk());
  clock_.Advance(milliseconds(1));
  EXPECT_THAT(Show({.api_key = "standard_old"}),
              HasReason(Reason::kProjectKeyExpired, "'old' expired at 2030-01-01T00:00:10.000"));
}

TEST_F(AuthenticatorTest, TokensMakeUsers) {
  const auto user = Show(
      {.token = Token(
           "alice", R"(,"name":"Alice","verified":true,"teams":[{"id":"T","roles":["owner"]}])")});
  ASSERT_THAT(user, IsOk());
  EXPECT_EQ((*user)->kind, Principal::Kind::kUser);
  EXPECT_EQ((*user)->credential_id, "main");
  EXPECT_EQ((*user)->name, "Alice");
  EXPECT_EQ((*user)->caller.user_id, "alice");
  EXPECT_FALSE((*user)->caller.privileged);
  EXPECT_TRUE((*user)->verified);
  EXPECT_TRUE((*user)->can_read);
  EXPECT_TRUE((*user)->can_write);
  EXPECT_EQ((*user)->expires_at, clock_.Now() + seconds(90));
  EXPECT_THAT((*user)->caller.roles->roles(), Contains("team:T/owner"));
}

TEST_F(AuthenticatorTest, RememberedTokensStillExpire) {
  const std::string token = Token("alice");
  const auto first = Show({.token = token});
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(*Show({.token = token}), *first) << "the second time it is the same object";
  clock_.Advance(seconds(90) - milliseconds(1));
  EXPECT_THAT(Show({.token = token}), IsOk());
  clock_.Advance(milliseconds(1));
  EXPECT_THAT(Show({.token = token}), HasReason(Reason::kUserJwtInvalid, "expired at"));
}

TEST_F(AuthenticatorTest, BadTokensAreRefusedNotGuests) {
  EXPECT_THAT(Show({.token = "x"}), HasReason(Reason::kUserJwtInvalid, "not a JWT"));
  EXPECT_THAT(Show({.token = "standard_backend"}), HasReason(Reason::kUserJwtInvalid, "not a JWT"));
}

TEST_F(AuthenticatorTest, ATokenIsNoKeyAndAKeyNoToken) {
  const std::string token = Token("alice");
  ASSERT_THAT(Show({.token = token}), IsOk());
  EXPECT_THAT(Show({.api_key = token}), HasReason(Reason::kUserUnauthenticated, "not a key"));
  ASSERT_THAT(Show({.api_key = "standard_backend"}), IsOk());
  EXPECT_THAT(Show({.token = "standard_backend"}), HasReason(Reason::kUserJwtInvalid, ""));
}

TEST_F(AuthenticatorTest, KidChoosesTheConfiguredToken) {
  // Signed by `main` but naming `other`: only `other` is asked.
  TokenConfig liar = kMain;
  liar.id = "other";
  EXPECT_THAT(Show({.token = MintToken(liar, Payload("alice", R"(,"iss":"them")"))}),
              HasReason(Reason::kUserJwtInvalid, "sign it with the key of 'other'"));
  EXPECT_EQ(
      (*Show({.token = MintToken(kOther, Payload("alice", R"(,"iss":"them")"))}))->credential_id,
      "other");
}

TEST_F(AuthenticatorTest, WithoutKidEveryFittingTokenIsTried) {
  for (const char* header : {R"({"alg":"HS256"})", R"({"alg":"HS256","kid":"elsewhere"})"}) {
    const auto user = Show(
        {.token = Issuer::SignHs256(kOther.secret, header, Payload("alice", R"(,"iss":"them")"))});
    ASSERT_THAT(user, IsOk());
    EXPECT_EQ((*user)->credential_id, "other");
    const auto refused =
        Show({.token = Issuer::SignHs256(kOther.secret, header, Payload("alice"))});
    EXPECT_THAT(refused, HasReason(Reason::kUserJwtInvalid, "no configured issuer accepts it"));
    EXPECT_THAT(refused, HasReason(Reason::kUserJwtInvalid, "'other': claim iss must be 'them'"));
    EXPECT_THAT(std::string(refused.status().message()), Not(HasSubstr("secret")));
  }
}

TEST_F(AuthenticatorTest, TheProjectClaimMustMatch) {
  EXPECT_THAT(Show({.token = Token("alice", R"(,"project":"demo")")}), IsOk());
  const std::string token = Token("alice", R"(,"project":"second")");
  EXPECT_THAT(Show({.token = token}),
              HasReason(Reason::kUserJwtInvalid, "claim project names another project"));
  EXPECT_THAT(Show({.project = "second", .token = token}), IsOk());
}

TEST_F(AuthenticatorTest, ATokenRememberedForOneProjectIsCheckedForTheNext) {
  const std::string token = Token("alice", R"(,"project":"demo")");
  ASSERT_THAT(Show({.token = token}), IsOk());
  EXPECT_THAT(Show({.project = "second", .token = token}),
              HasReason(Reason::kUserJwtInvalid, "claim project"));
}

TEST_F(AuthenticatorTest, SessionsAreTokensBareOrWrapped) {
  const std::string token = Token("alice");
  for (const std::string& session :
       {token, Session("alice", token), Session("", token),
        absl::Base64Escape(absl::StrCat(R"({"secret":")", token, "\"}")),
        absl::WebSafeBase64Escape(absl::StrCat(R"({"id":"alice","secret":")", token, "\"}"))}) {
    const auto user = Show({.session = session});
    ASSERT_THAT(user, IsOk());
    EXPECT_EQ((*user)->caller.user_id, "alice") << session;
    EXPECT_THAT(authenticator_.AuthenticateSession("demo", session, clock_.Now()), IsOk());
  }
}

TEST_F(AuthenticatorTest, BadSessionsAreGuestsExceptWhenAskedStrictly) {
  const std::string token = Token("alice");
  for (const std::string& session :
       {std::string("x"), std::string("a.b.c"), Session("bob", token), Session("alice", "x"),
        absl::Base64Escape("{}"), absl::Base64Escape("[]"), absl::Base64Escape(R"({"secret":7})"),
        absl::Base64Escape(absl::StrCat(R"({"id":7,"secret":")", token, "\"}")),
        std::string(100'000, 'A')}) {
    const auto guest = Show({.session = session});
    ASSERT_THAT(guest, IsOk());
    EXPECT_EQ((*guest)->kind, Principal::Kind::kGuest);
    EXPECT_THAT(authenticator_.AuthenticateSession("demo", session, clock_.Now()),
                HasReason(Reason::kUserJwtInvalid, ""));
  }
  EXPECT_THAT(authenticator_.AuthenticateSession("demo", "", clock_.Now()),
              HasReason(Reason::kUserJwtInvalid, "session: it must be"));
}

TEST_F(AuthenticatorTest, SeveralCredentials) {
  const std::string token = Token("alice");
  const std::string session = Session("bob", Token("bob"));
  EXPECT_EQ((*Show({.api_key = "standard_backend", .token = token, .session = session}))->kind,
            Principal::Kind::kKey);
  EXPECT_THAT(Show({.api_key = "wrong", .token = token}),
              HasReason(Reason::kUserUnauthenticated, ""));
  EXPECT_THAT(Show({.token = token, .session = session}),
              HasReason(Reason::kUserJwtAndCookieSet, "send one of the two"));
  EXPECT_THAT(Show({.token = "bad", .session = session}),
              HasReason(Reason::kUserJwtAndCookieSet, ""));
  EXPECT_EQ((*Show({.token = token, .session = "bad"}))->caller.user_id, "alice");
  EXPECT_EQ((*Show({.session = session}))->caller.user_id, "bob");
}

TEST_F(AuthenticatorTest, WithoutTokensNobodyIsAUser) {
  ProjectAuth project;
  project.project_id = "demo";
  const Authenticator authenticator({project});
  EXPECT_THAT(authenticator.Authenticate({.token = Token("alice")}, clock_.Now()),
              HasReason(Reason::kUserJwtInvalid, "configure who may vouch for users"));
}

TEST_F(AuthenticatorTest, AReloadForgetsWhatItNoLongerAllows) {
  const std::string token = Token("alice");
  ASSERT_THAT(Show({.token = token}), IsOk());
  ASSERT_THAT(Show({.api_key = "standard_backend"}), IsOk());
  ProjectAuth strict = Demo();
  strict.guest_access = false;
  strict.api_keys = {Key("new", "standard_new")};
  strict.tokens = {Verifier(kOther)};
  authenticator_.Reload({strict, Second()});
  EXPECT_THAT(Show({.token = token}), HasReason(Reason::kUserJwtInvalid, ""));
  EXPECT_THAT(Show({.api_key = "standard_backend"}), HasReason(Reason::kUserUnauthenticated, ""));
  EXPECT_EQ((*Show({.api_key = "standard_new"}))->credential_id, "new");
  EXPECT_FALSE((*Show({}))->can_read);
}

TEST_F(AuthenticatorTest, CallersRaceAReload) {
  const std::string token = Token("alice");
  std::atomic<bool> done{false};
  std::thread caller([&] {
    while (!done) {
      ASSERT_THAT(Show({.token = token}), IsOk());
      ASSERT_THAT(Show({.api_key = "standard_backend"}), IsOk());
    }
  });
  for (int i = 0; i < 200; ++i) authenticator_.Reload({Demo(), Second()});
  done = true;
  caller.join();
}

}  // namespace
}  // namespace presences::auth
