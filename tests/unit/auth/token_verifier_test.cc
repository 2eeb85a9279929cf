#include "server/auth/token_verifier.h"

#include <memory>
#include <utility>

#include "gtest/gtest.h"
#include "server/auth/jwt.h"
#include "server/auth/signature.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/auth/issuer.h"

namespace presences::auth {
namespace {

using ::presences::testing::Base64Url;
using ::presences::testing::HasReason;
using ::presences::testing::IsOk;
using ::presences::testing::Issuer;

constexpr TimePoint kNow{std::chrono::seconds(1'900'000'000)};
constexpr char kPayload[] = R"({"sub":"alice","exp":1900000060})";
constexpr char kSecret[] = "0123456789abcdef0123456789abcdef";

std::shared_ptr<const TokenVerifier> MakeVerifier(TokenConfig config) {
  if (config.id.empty()) config.id = "main";
  auto verifier = TokenVerifier::Make(std::move(config));
  EXPECT_THAT(verifier, IsOk());
  return verifier.ok() ? *verifier : nullptr;
}

std::shared_ptr<const TokenVerifier> Hs256() {
  return MakeVerifier({.id = "main", .secret = kSecret});
}

std::string SignHs256(const std::string& header, const std::string& payload = kPayload) {
  return Issuer::SignHs256(kSecret, header, payload);
}

constexpr char kHs256Header[] = R"({"alg":"HS256","typ":"JWT"})";

// RSA keys take long to make, so the tests share one issuer of each kind.
const Issuer& SharedIssuer(TokenAlgorithm algorithm) {
  static const Issuer rsa(TokenAlgorithm::kRs256);
  static const Issuer elliptic(TokenAlgorithm::kEs256);
  static const Issuer edwards(TokenAlgorithm::kEdDsa);
  if (algorithm == TokenAlgorithm::kRs256) return rsa;
  return algorithm == TokenAlgorithm::kEs256 ? elliptic : edwards;
}

class KeySetTokenTest : public ::testing::TestWithParam<TokenAlgorithm> {
 protected:
  const Issuer& issuer_ = SharedIssuer(GetParam());
  std::shared_ptr<const TokenVerifier> verifier_ =
      MakeVerifier({.id = "idp", .algorithm = GetParam(), .jwks = issuer_.Jwks(R"(,"kid":"k1")")});
};

INSTANTIATE_TEST_SUITE_P(Algorithms, KeySetTokenTest,
                         ::testing::Values(TokenAlgorithm::kRs256, TokenAlgorithm::kEs256,
                                           TokenAlgorithm::kEdDsa));

TEST_P(KeySetTokenTest, AcceptsWhatTheIssuerSigned) {
  const auto claims = verifier_->Verify(issuer_.Sign(kPayload), kNow);
  ASSERT_THAT(claims, IsOk());
  EXPECT_EQ(claims->user.user_id, "alice");
}

TEST_P(KeySetTokenTest, RefusesEveryTamperedByteOfTheSignature) {
  const std::string token = issuer_.Sign(kPayload);
  const std::size_t dot = token.rfind('.');
  const std::string text = token.substr(0, dot);
  const std::string signature = issuer_.Signature(text);
  ASSERT_THAT(verifier_->Verify(text + "." + Base64Url(signature), kNow), IsOk());
  for (std::size_t i = 0; i < signature.size(); i += 7) {
    std::string bad = signature;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    EXPECT_THAT(verifier_->Verify(text + "." + Base64Url(bad), kNow),
                HasReason(Reason::kUserJwtInvalid, "signature does not match"))
        << "byte " << i;
  }
}

TEST_P(KeySetTokenTest, RefusesSignaturesOfWrongLength) {
  const std::string token = issuer_.Sign(kPayload);
  const std::string text = token.substr(0, token.rfind('.'));
  const std::string signature = issuer_.Signature(text);
  for (const std::string& bad :
       {std::string(), signature.substr(1), signature + '\0', '\0' + signature,
        std::string(signature.size(), '\0'), std::string(signature.size(), '\xff')}) {
    EXPECT_THAT(verifier_->Verify(text + "." + Base64Url(bad), kNow),
                HasReason(Reason::kUserJwtInvalid, "signature does not match"));
  }
}

TEST_P(KeySetTokenTest, RefusesAnotherPayloadUnderTheSameSignature) {
  const std::string token = issuer_.Sign(kPayload);
  const std::string header = token.substr(0, token.find('.'));
  const std::string signature = token.substr(token.rfind('.'));
  const std::string forged =
      header + "." + Base64Url(R"({"sub":"mallory","exp":1900000060})") + signature;
  EXPECT_THAT(verifier_->Verify(forged, kNow),
              HasReason(Reason::kUserJwtInvalid, "signature does not match"));
}

TEST_P(KeySetTokenTest, RefusesAnotherIssuersKey) {
  const Issuer stranger(GetParam());
  EXPECT_THAT(verifier_->Verify(stranger.Sign(kPayload), kNow),
              HasReason(Reason::kUserJwtInvalid, "signature does not match"));
}

TEST_P(KeySetTokenTest, RefusesHs256SignedWithThePublicKey) {
  for (const std::string& secret : {issuer_.PublicPem(), issuer_.Jwks(R"(,"kid":"k1")")}) {
    EXPECT_THAT(verifier_->Verify(Issuer::SignHs256(secret, kHs256Header, kPayload), kNow),
                HasReason(Reason::kUserJwtInvalid, "alg in its header must be"));
  }
}

TEST_P(KeySetTokenTest, RefusesAlgNone) {
  for (const char* header : {R"({"alg":"none"})", R"({"alg":"None"})", R"({"alg":""})"}) {
    EXPECT_THAT(verifier_->Verify(Base64Url(header) + "." + Base64Url(kPayload) + ".", kNow),
                HasReason(Reason::kUserJwtInvalid, "alg in its header must be"));
  }
}

TEST_P(KeySetTokenTest, PicksTheKeyByName) {
  const Issuer second(GetParam());
  const auto both = MakeVerifier({.id = "idp",
                                  .algorithm = GetParam(),
                                  .jwks = "{\"keys\":[" + issuer_.Jwk(R"(,"kid":"k1")") + "," +
                                          second.Jwk(R"(,"kid":"k2")") + "]}"});
  const std::string names_k1 = issuer_.Header(R"(,"kid":"k1")");
  EXPECT_THAT(both->Verify(issuer_.Sign(names_k1, kPayload), kNow), IsOk());
  EXPECT_THAT(both->Verify(second.Sign(issuer_.Header(R"(,"kid":"k2")"), kPayload), kNow), IsOk());
  EXPECT_THAT(both->Verify(second.Sign(names_k1, kPayload), kNow),
              HasReason(Reason::kUserJwtInvalid, "signature does not match"));
  EXPECT_THAT(both->Verify(issuer_.Sign(issuer_.Header(R"(,"kid":"k3")"), kPayload), kNow),
              HasReason(Reason::kUserJwtInvalid, "names no key of 'idp'"));
  // No name, or the name of the configured token: every key is tried.
  EXPECT_THAT(both->Verify(second.Sign(kPayload), kNow), IsOk());
  EXPECT_THAT(both->Verify(second.Sign(issuer_.Header(R"(,"kid":"idp")"), kPayload), kNow), IsOk());
}

TEST(Es256TokenTest, RefusesTheDerFormOfAGoodSignature) {
  const Issuer& issuer = SharedIssuer(TokenAlgorithm::kEs256);
  const auto verifier = MakeVerifier({.algorithm = TokenAlgorithm::kEs256, .jwks = issuer.Jwks()});
  const std::string text = Base64Url(R"({"alg":"ES256"})") + "." + Base64Url(kPayload);
  EXPECT_THAT(verifier->Verify(text + "." + Base64Url(issuer.DerSignature(text)), kNow),
              HasReason(Reason::kUserJwtInvalid, "signature does not match"));
}

TEST(Hs256TokenTest, AcceptsItsSecretOnly) {
  EXPECT_THAT(Hs256()->Verify(SignHs256(kHs256Header), kNow), IsOk());
  EXPECT_THAT(Hs256()->Verify(Issuer::SignHs256("another", kHs256Header, kPayload), kNow),
              HasReason(Reason::kUserJwtInvalid, "signature does not match"));
  EXPECT_THAT(Hs256()->Verify(Issuer::SignHs256("", kHs256Header, kPayload), kNow),
              HasReason(Reason::kUserJwtInvalid, "signature does not match"));
}

TEST(Hs256TokenTest, RefusesSignaturesOfWrongLength) {
  const std::string token = SignHs256(kHs256Header);
  const std::string text = token.substr(0, token.rfind('.'));
  const std::string signature = HmacSha256(kSecret, text);
  ASSERT_THAT(Hs256()->Verify(text + "." + Base64Url(signature), kNow), IsOk());
  for (const std::string& bad : {std::string(), signature.substr(0, 31), signature + "x",
                                 signature + std::string(1, '\0'), signature + signature}) {
    EXPECT_THAT(Hs256()->Verify(text + "." + Base64Url(bad), kNow),
                HasReason(Reason::kUserJwtInvalid, "signature does not match"));
  }
}

TEST(Hs256TokenTest, AcceptsTheExampleOfRfc7515) {
  // Appendix A.1; its key is bytes, its payload expired in 2011 and names no user.
  const unsigned char key[] = {3,   35,  53,  75,  43,  15,  165, 188, 131, 126, 6,   101, 119,
                               123, 166, 143, 90,  179, 40,  230, 240, 84,  201, 40,  169, 15,
                               132, 178, 210, 80,  46,  191, 211, 251, 90,  146, 210, 6,   71,
                               239, 150, 138, 180, 195, 119, 98,  61,  34,  61,  46,  33,  114,
                               5,   46,  79,  8,   192, 205, 154, 245, 103, 208, 128, 163};
  const auto verifier = MakeVerifier({.secret = std::string(std::begin(key), std::end(key))});
  const std::string token =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0"
      "cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  const TimePoint then{std::chrono::seconds(1'300'000'000)};
  EXPECT_THAT(verifier->Verify(token, then), HasReason(Reason::kUserJwtInvalid, "names no user"));
  EXPECT_THAT(verifier->Verify(token, kNow), HasReason(Reason::kUserJwtInvalid, "expired at"));
}

TEST(Hs256TokenTest, RefusesMalformedTokens) {
  const std::string good = SignHs256(kHs256Header);
  const std::string payload = Base64Url(kPayload);
  const struct {
    std::string token;
    std::string expected;
  } cases[] = {
      {"", "not a JWT"},
      {"a.b", "not a JWT"},
      {good + ".", "not a JWT"},
      {good + "." + payload, "not a JWT"},
      {good + "=", "without padding or white space"},
      {good + "\n", "without padding or white space"},
      {" " + good, "without padding or white space"},
      {std::string(kMaxTokenSize + 1, 'a'), "longer than 16384 bytes"},
      {"..", "header is not JSON"},
      {Base64Url("{") + "." + payload + ".", "header is not JSON"},
      {Base64Url("[]") + "." + payload + ".", "header is not a JSON object"},
      {SignHs256("{}"), "alg"},
      {SignHs256(R"({"alg":7})"), "alg"},
      {SignHs256(R"({"alg":["HS256"]})"), "alg"},
      {SignHs256(R"({"alg":"none","alg":"HS256"})"), "repeats a name"},
      {SignHs256(R"({"alg":"HS512"})"), "alg in its header must be HS256"},
      {SignHs256(R"({"alg":"hs256"})"), "alg in its header must be HS256"},
      {SignHs256(R"({"alg":"none"})"), "alg in its header must be HS256"},
      {SignHs256(R"({"alg":"HS256","crit":["b64"],"b64":false})"), "crit"},
      {SignHs256(R"({"alg":"HS256","kid":7})"), "kid"},
      {SignHs256(kHs256Header, ""), "payload is not JSON"},
      {SignHs256(kHs256Header, "7"), "payload is not a JSON object"},
      {SignHs256(kHs256Header, std::string(kPayload) + "x"), "payload is not JSON"},
      {SignHs256(kHs256Header, R"({"sub":"alice","sub":"bob","exp":1900000060})"),
       "repeats a name"},
      {SignHs256(kHs256Header, "{\"sub\":\"\xff\"}"), "payload is not JSON"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(Hs256()->Verify(c.token, kNow), HasReason(Reason::kUserJwtInvalid, c.expected))
        << c.token;
  }
}

TEST(Hs256TokenTest, RefusesSpareBitsInTheLastCharacter) {
  // 32 bytes are 43 characters with two spare bits: three other texts decode to the same bytes.
  const std::string good = SignHs256(kHs256Header);
  int accepted = 0;
  for (const char c :
       std::string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")) {
    std::string token = good;
    token.back() = c;
    accepted += Hs256()->Verify(token, kNow).ok() ? 1 : 0;
  }
  EXPECT_EQ(accepted, 1);
}

TEST(Hs256TokenTest, ChecksIssuerAndAudience) {
  const auto verifier = MakeVerifier({.secret = kSecret, .issuer = "us", .audience = "presences"});
  const struct {
    std::string members;
    std::string expected;  // empty: accepted
  } cases[] = {
      {R"(,"iss":"us","aud":"presences")", ""},
      {R"(,"iss":"us","aud":["other","presences"])", ""},
      {R"(,"aud":"presences")", "iss must be 'us'"},
      {R"(,"iss":"them","aud":"presences")", "iss must be 'us'"},
      {R"(,"iss":["us"],"aud":"presences")", "iss must be 'us'"},
      {R"(,"iss":"us")", "aud must name 'presences'"},
      {R"(,"iss":"us","aud":[])", "aud must name 'presences'"},
      {R"(,"iss":"us","aud":"presence")", "aud must name 'presences'"},
      {R"(,"iss":"us","aud":["other",7])", "aud must name 'presences'"},
      {R"(,"iss":"us","aud":{"presences":true})", "aud must name 'presences'"},
  };
  for (const auto& c : cases) {
    const auto claims = verifier->Verify(
        SignHs256(kHs256Header, R"({"sub":"alice","exp":1900000060)" + c.members + "}"), kNow);
    if (c.expected.empty()) {
      EXPECT_THAT(claims, IsOk()) << c.members;
    } else {
      EXPECT_THAT(claims, HasReason(Reason::kUserJwtInvalid, c.expected)) << c.members;
    }
  }
}

TEST(Hs256TokenTest, MintedTokensAreAccepted) {
  const TokenConfig config{.id = "main", .secret = kSecret};
  const std::string token = MintToken(config, kPayload);
  EXPECT_THAT(MakeVerifier(config)->Verify(token, kNow), IsOk());
  const auto jwt = ParseJwt(token);
  ASSERT_THAT(jwt, IsOk());
  EXPECT_EQ(jwt->key_id, "main");
}

TEST(TokenVerifierTest, RefusesUnusableConfigurations) {
  EXPECT_THAT(TokenVerifier::Make({.id = "main"}),
              HasReason(Reason::kGeneralArgumentInvalid, "'main' secret: is empty"));
  EXPECT_THAT(TokenVerifier::Make(
                  {.id = "idp", .algorithm = TokenAlgorithm::kEs256, .jwks = R"({"keys":[]})"}),
              HasReason(Reason::kGeneralArgumentInvalid, "no usable ES256 key"));
}

TEST(TokenVerifierTest, RefusesEveryTokenUntilKeysAreFetched) {
  const auto verifier = MakeVerifier({.id = "idp", .algorithm = TokenAlgorithm::kEs256});
  EXPECT_THAT(verifier->Verify(SharedIssuer(TokenAlgorithm::kEs256).Sign(kPayload), kNow),
              HasReason(Reason::kUserJwtInvalid, "'idp' have not been fetched yet"));
}

}  // namespace
}  // namespace presences::auth
