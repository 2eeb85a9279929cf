#include "server/auth/jwks.h"

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/auth/issuer.h"

namespace presences::auth {
namespace {

using ::presences::testing::Issuer;
using ::testing::HasSubstr;

std::string RefusalOf(const std::string& text, TokenAlgorithm algorithm) {
  const auto keys = ParseJwks(text, algorithm);
  return keys.ok() ? "accepted" : std::string(keys.status().message());
}

TEST(JwksTest, ReadsEveryKindAndItsName) {
  for (const TokenAlgorithm algorithm :
       {TokenAlgorithm::kRs256, TokenAlgorithm::kEs256, TokenAlgorithm::kEdDsa}) {
    const Issuer issuer(algorithm);
    const auto keys = ParseJwks(issuer.Jwks(R"(,"kid":"k1","use":"sig")"), algorithm);
    ASSERT_TRUE(keys.ok()) << keys.status();
    ASSERT_EQ(keys->size(), 1u);
    EXPECT_EQ(keys->front().key_id, "k1");
    EXPECT_TRUE(KeyMatches(algorithm, keys->front().key, "text", issuer.Signature("text")));
    EXPECT_FALSE(KeyMatches(algorithm, keys->front().key, "test", issuer.Signature("text")));
  }
}

TEST(JwksTest, PassesOverKeysForOtherPurposes) {
  const Issuer elliptic(TokenAlgorithm::kEs256);
  const Issuer edwards(TokenAlgorithm::kEdDsa);
  const std::string text =
      "{\"keys\":[" + edwards.Jwk() + "," + elliptic.Jwk(R"(,"kid":"enc","use":"enc")") + "," +
      elliptic.Jwk(R"(,"kid":"other","alg":"ES384")") + "," +
      elliptic.Jwk(R"(,"kid":"ops","key_ops":["sign"])") + "," +
      R"({"kty":"oct","k":"c2VjcmV0"},7,)" +
      elliptic.Jwk(R"(,"kid":"good","alg":"ES256","key_ops":["verify"])") + "]}";
  const auto keys = ParseJwks(text, TokenAlgorithm::kEs256);
  ASSERT_TRUE(keys.ok()) << keys.status();
  ASSERT_EQ(keys->size(), 1u);
  EXPECT_EQ(keys->front().key_id, "good");
}

TEST(JwksTest, SaysWhyNoKeyIsUsable) {
  const Issuer elliptic(TokenAlgorithm::kEs256);
  const Issuer edwards(TokenAlgorithm::kEdDsa);
  const Issuer rsa(TokenAlgorithm::kRs256);
  const struct {
    std::string text;
    TokenAlgorithm algorithm;
    std::string expected;
  } cases[] = {
      {"", TokenAlgorithm::kEs256, "not JSON"},
      {"[]", TokenAlgorithm::kEs256, "not a JSON object"},
      {"{}", TokenAlgorithm::kEs256, "array named keys"},
      {R"({"keys":{}})", TokenAlgorithm::kEs256, "array named keys"},
      {R"({"keys":[]})", TokenAlgorithm::kEs256, "no usable ES256 key"},
      {R"({"keys":[],"keys":[]})", TokenAlgorithm::kEs256, "repeats a name"},
      {R"({"keys":[3]})", TokenAlgorithm::kEs256, "keys[0]: it is not an object"},
      {elliptic.Jwks(R"(,"kty":"EC")"), TokenAlgorithm::kEs256, "repeats a name"},
      {elliptic.Jwks(R"(,"use":"enc")"), TokenAlgorithm::kEs256, "its use is not sig"},
      {elliptic.Jwks(R"(,"use":7)"), TokenAlgorithm::kEs256, "its use is not sig"},
      {elliptic.Jwks(R"(,"alg":"RS256")"), TokenAlgorithm::kEs256, "its alg is not ES256"},
      {elliptic.Jwks(R"(,"key_ops":["sign"])"), TokenAlgorithm::kEs256, "lack verify"},
      {elliptic.Jwks(), TokenAlgorithm::kRs256, "RS256 needs kty RSA"},
      {rsa.Jwks(), TokenAlgorithm::kEs256, "ES256 needs kty EC"},
      {edwards.Jwks(), TokenAlgorithm::kEs256, "ES256 needs kty EC"},
      {elliptic.Jwks(), TokenAlgorithm::kEdDsa, "EdDSA needs kty OKP"},
      {R"({"keys":[{"kty":"OKP","crv":"Ed25519","x":"AAAA"}]})", TokenAlgorithm::kEdDsa,
       "32 bytes"},
      {R"({"keys":[{"kty":"OKP","crv":"X25519","x":"AAAA"}]})", TokenAlgorithm::kEdDsa,
       "crv Ed25519"},
      {R"({"keys":[{"kty":"RSA","n":"sXch","e":"AQAB"}]})", TokenAlgorithm::kRs256,
       "2048 to 16384 bits"},
      {R"({"keys":[{"kty":"RSA","n":"sX=h","e":"AQAB"}]})", TokenAlgorithm::kRs256, "base64url"},
      {R"({"keys":[{"kty":"RSA","e":"AQAB"}]})", TokenAlgorithm::kRs256, "base64url"},
      {Issuer(TokenAlgorithm::kRs256, 1024).Jwks(), TokenAlgorithm::kRs256, "2048 to 16384 bits"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(RefusalOf(c.text, c.algorithm), HasSubstr(c.expected)) << c.text;
  }
}

TEST(JwksTest, RefusesAnRsaExponentThatSignsNothing) {
  std::string text = Issuer(TokenAlgorithm::kRs256).Jwks();
  const std::size_t exponent = text.find("AQAB", text.find("\"e\""));
  ASSERT_NE(exponent, std::string::npos);
  text.replace(exponent, 4, "AQ");  // 1: everything is its own signature
  EXPECT_THAT(RefusalOf(text, TokenAlgorithm::kRs256), HasSubstr("not an RSA key"));
}

TEST(JwksTest, RefusesPointsThatAreNotOnTheCurve) {
  const std::string x = testing::Base64Url(std::string(32, '\x11'));
  const std::string text =
      R"({"keys":[{"kty":"EC","crv":"P-256","x":")" + x + R"(","y":")" + x + "\"}]}";
  EXPECT_THAT(RefusalOf(text, TokenAlgorithm::kEs256), HasSubstr("not a point on P-256"));
}

}  // namespace
}  // namespace presences::auth
