#include "server/base/redact.h"

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace presences {
namespace {

constexpr char kJwt[] = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl";

TEST(RedactTest, MasksWhateverLooksLikeACredential) {
  const std::string jwt = kJwt;
  const std::vector<std::pair<std::string, std::string>> cases = {
      {jwt, "(redacted)"},
      {"token " + jwt + ", sent by a", "token (redacted), sent by a"},
      {"/v1/realtime?project=a&jwt=" + jwt + "&x=1", "/v1/realtime?project=a&jwt=(redacted)&x=1"},
      {"jwt=short&x=1", "jwt=(redacted)&x=1"},
      {"X-Appwrite-Key: standard_0123abc", "X-Appwrite-Key: (redacted)"},
      {"the key standard_0123abc.", "the key standard_(redacted)"},
      {"Authorization: Bearer abc", "Authorization: Bearer (redacted)"},
      {"bearer abcdefgh12", "bearer (redacted)"},
      {"Cookie: a_session_demo=" + jwt + "; b=c", "Cookie: (redacted); b=c"},
      {"a_session_demo_legacy=abc; b=c", "a_session_demo_legacy=(redacted); b=c"},
      {"{\"a_session_demo\":\"abc\"}", "{\"a_session_demo\":\"(redacted)\"}"},
      {"{\"secret\": \"a b\", \"id\":\"x\"}", "{\"secret\": \"(redacted) b\", \"id\":\"x\"}"},
      {"x-appwrite-session=abc", "x-appwrite-session=(redacted)"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(Redact(text), expected) << text;
}

TEST(RedactTest, LeavesTheRestAlone) {
  for (const std::string text :
       {"", "user token: claim exp must be a number", "projects[0].tokens[0].secret: is required",
        "the API key lacks the scope presences.write", "Basic words", "a bearer of news",
        "monkeyJoy", "jwt", "/v1/presences/abc?queries[]=x", "key_id=backend"}) {
    EXPECT_EQ(Redact(text), text);
  }
}

}  // namespace
}  // namespace presences
