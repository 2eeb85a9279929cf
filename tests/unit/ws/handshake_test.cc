#include "server/gateway/ws/handshake.h"

#include <algorithm>
#include <string>

#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"

namespace presences::gateway {
namespace {

using presences::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;
using ::testing::StartsWith;

HeaderList Good() {
  return {{"host", "here"},
          {"upgrade", "websocket"},
          {"connection", "Upgrade"},
          {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="},
          {"sec-websocket-version", "13"}};
}

HeaderList With(const std::string& name, const std::string& value) {
  HeaderList headers = Good();
  for (auto& [key, old] : headers) {
    if (key == name) old = value;
  }
  return headers;
}

HeaderList Without(const std::string& name) {
  HeaderList headers = Good();
  headers.erase(std::find_if(headers.begin(), headers.end(),
                             [&](const auto& header) { return header.first == name; }));
  return headers;
}

TEST(Handshake, AnswersTheKeyOfTheRfc) {
  EXPECT_EQ(AcceptKey("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  const auto response = AcceptHandshake(Good());
  ASSERT_THAT(response, IsOk());
  EXPECT_THAT(*response, StartsWith("HTTP/1.1 101 Switching Protocols\r\n"));
  EXPECT_THAT(*response, HasSubstr("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"));
  EXPECT_THAT(*response, HasSubstr("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
  EXPECT_THAT(*response, EndsWith("\r\n\r\n"));
  EXPECT_THAT(*response, Not(HasSubstr("Sec-WebSocket-Extensions"))) << "none is agreed";
}

TEST(Handshake, ReadsHeadersAsBrowsersWriteThem) {
  EXPECT_THAT(AcceptHandshake(With("connection", "keep-alive, upgrade")), IsOk());
  EXPECT_THAT(AcceptHandshake(With("upgrade", "WebSocket")), IsOk());
}

TEST(Handshake, RefusesWhatIsNone) {
  const struct {
    const char* name;
    HeaderList headers;
    const char* status;
    const char* says;
  } cases[] = {
      {"no upgrade", Without("upgrade"), "400 Bad Request", "Upgrade: websocket"},
      {"another protocol", With("upgrade", "h2c"), "400 Bad Request", "Upgrade: websocket"},
      {"no connection", Without("connection"), "400 Bad Request", "Connection: Upgrade"},
      {"kept alive only", With("connection", "keep-alive"), "400 Bad Request", "Connection"},
      {"no version", Without("sec-websocket-version"), "426 Upgrade Required", "must be 13"},
      {"version 8", With("sec-websocket-version", "8"), "426 Upgrade Required", "must be 13"},
      {"no key", Without("sec-websocket-key"), "400 Bad Request", "Sec-WebSocket-Key"},
      {"no base64", With("sec-websocket-key", "!!"), "400 Bad Request", "Sec-WebSocket-Key"},
      {"15 bytes", With("sec-websocket-key", "MTIzNDU2Nzg5MDEyMzQ1"), "400 Bad Request", "16"},
  };
  for (const auto& c : cases) {
    const auto response = AcceptHandshake(c.headers);
    ASSERT_FALSE(response.ok()) << c.name;
    const std::string refusal = RefuseHandshake(response.status());
    EXPECT_THAT(refusal, StartsWith(std::string("HTTP/1.1 ") + c.status)) << c.name;
    EXPECT_THAT(refusal, HasSubstr(c.says)) << c.name;
    const auto body = refusal.find("\r\n\r\n") + 4;
    EXPECT_THAT(refusal, HasSubstr("Content-Length: " + std::to_string(refusal.size() - body)));
  }
  const auto old = AcceptHandshake(With("sec-websocket-version", "8"));
  EXPECT_THAT(RefuseHandshake(old.status()), HasSubstr("\r\nSec-WebSocket-Version: 13\r\n"));
}

TEST(QueryParameters, AreDecodedInOrder) {
  EXPECT_THAT(QueryParameters("/v1/realtime?a=1&b%5B%5D=x%2By+z&&c&a=2"),
              ElementsAre(Pair("a", "1"), Pair("b[]", "x+y z"), Pair("c", ""), Pair("a", "2")));
  EXPECT_THAT(QueryParameters("/v1/realtime"), ElementsAre());
  EXPECT_THAT(QueryParameters("/?a=%zz%4"), ElementsAre(Pair("a", "%zz%4")));
  EXPECT_EQ(QueryParameter("/?a=1&a=2", "a"), "1");
  EXPECT_EQ(QueryParameter("/?a=1", "b"), "");
}

}  // namespace
}  // namespace presences::gateway
