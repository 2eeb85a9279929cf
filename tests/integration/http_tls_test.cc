// The HTTP listener with TLS.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/integration/support/http_harness.h"
#include "tests/integration/support/raw_client.h"
#include "tests/integration/support/self_signed.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/gateway/http_fixture.h"

namespace presences {
namespace {

using ::presences::testing::HeaderOf;
using ::presences::testing::HttpHarness;
using ::presences::testing::RawClient;
using ::presences::testing::SelfSigned;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class HttpTlsTest : public ::testing::Test {
 protected:
  gateway::HttpServer::Options Options() {
    gateway::HttpServer::Options options;
    options.tls = TextOf(server_);
    return options;
  }

  static std::string ReadAll(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  static TlsText TextOf(const SelfSigned& files) {
    return {ReadAll(files.cert_file), ReadAll(files.key_file), ""};
  }

  testing::TempDir folder_;
  SelfSigned server_{folder_.path(), "server"};
};

TEST_F(HttpTlsTest, ServesRequestsAndStreams) {
  HttpHarness harness(Options());
  ASSERT_TRUE(harness.start.ok()) << harness.start;
  RawClient client(harness.address());
  ASSERT_TRUE(client.StartTls());
  const std::string answer = client.Call(HttpHarness::Put("p1", "secret"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(HeaderOf(answer, "Strict-Transport-Security"), "max-age=10886400");
  ASSERT_TRUE(client.Send(HttpHarness::Put("p1") + HttpHarness::Put("p2") + HttpHarness::List()));
  client.ReadAnswer();
  client.ReadAnswer();
  EXPECT_THAT(client.ReadAnswer(), HasSubstr("\"total\":2"));
  ASSERT_TRUE(
      client.Send("GET /v1/realtime/events?project=demo&channels[]=presences HTTP/1.1\r\n\r\n"));
  EXPECT_THAT(client.ReadUntil("event: current"), HasSubstr("event: reset"));
}

TEST_F(HttpTlsTest, ALargeAnswerArrivesWhole) {
  HttpHarness harness(Options());
  RawClient client(harness.address());
  ASSERT_TRUE(client.StartTls());
  for (int i = 0; i < 200; ++i) {
    client.Call(HttpHarness::Put(absl::StrCat("p", i), std::string(250, 's')));
  }
  ASSERT_TRUE(client.Send(
      "GET /v1/presences?project=demo&queries[]={\"method\":\"limit\",\"values\":[1000]} "
      "HTTP/1.1\r\nConnection: close\r\n\r\n"));
  const std::string answer = client.ReadAnswer();
  EXPECT_GT(answer.size(), 80'000u);
  EXPECT_THAT(answer, HasSubstr("\"total\":200"));
  EXPECT_TRUE(client.ReadEnd());
}

TEST_F(HttpTlsTest, HandsAnUpgradeOver) {
  HttpHarness harness(Options());
  RawClient client(harness.address());
  ASSERT_TRUE(client.StartTls());
  ASSERT_TRUE(client.Send(
      "GET /v1/realtime HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"));
  EXPECT_NE(harness.AwaitUpgrade(), nullptr);
}

TEST_F(HttpTlsTest, PlainTextAndHalfAHandshakeHoldUpNobody) {
  HttpHarness harness(Options());
  RawClient plain(harness.address());
  plain.Send(HttpHarness::List());
  RawClient silent(harness.address());
  // One on each thread, so that the silent one's time has begun.
  for (int i = 0; i < 2; ++i) {
    RawClient client(harness.address());
    ASSERT_TRUE(client.StartTls());
    EXPECT_THAT(client.Call(HttpHarness::List()), StartsWith("HTTP/1.1 200"));
  }
  harness.clock.Advance(seconds(10));
  EXPECT_TRUE(silent.ReadEnd());
}

TEST_F(HttpTlsTest, AsksForAClientCertificateWhenConfigured) {
  const SelfSigned trusted(folder_.path(), "trusted");
  const SelfSigned stranger(folder_.path(), "stranger");
  gateway::HttpServer::Options options = Options();
  options.tls->client_ca = ReadAll(trusted.cert_file);
  HttpHarness harness(options);
  ASSERT_TRUE(harness.start.ok()) << harness.start;
  const auto answer = [&](const std::string& cert, const std::string& key) {
    RawClient client(harness.address());
    // With TLS 1.3 the client learns of the refusal only when it reads.
    return client.StartTls(cert, key) ? client.Call(HttpHarness::List()) : "";
  };
  EXPECT_THAT(answer(trusted.cert_file, trusted.key_file), StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(answer(stranger.cert_file, stranger.key_file), "");
  EXPECT_EQ(answer("", ""), "");
}

TEST_F(HttpTlsTest, TextsThatCannotBeUsedAreNamed) {
  gateway::HttpServer::Options options = Options();
  options.tls->certificate = "rubbish";
  EXPECT_EQ(HttpHarness(options).start.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(HttpHarness(options).start.message()), HasSubstr("certificate"));
  options = Options();
  options.tls->key = TextOf(SelfSigned(folder_.path(), "other")).key;
  EXPECT_THAT(std::string(HttpHarness(options).start.message()), HasSubstr("private key"));
  options = Options();
  options.tls->client_ca = options.tls->key;
  EXPECT_THAT(std::string(HttpHarness(options).start.message()), HasSubstr("client CA"));
}

TEST_F(HttpTlsTest, ReloadTakesNewTextsAndKeepsTheOldOnesWhenTheyAreBad) {
  HttpHarness harness(Options());
  TlsText text = TextOf(SelfSigned(folder_.path(), "renewed"));
  const auto use = harness.server->PrepareTls(text);
  ASSERT_TRUE(use.ok()) << use.status();
  (*use)();
  text.key = "rubbish";
  EXPECT_EQ(harness.server->PrepareTls(text).status().code(),
            absl::StatusCode::kFailedPrecondition);
  RawClient client(harness.address());
  ASSERT_TRUE(client.StartTls());
  EXPECT_THAT(client.Call(HttpHarness::List()), StartsWith("HTTP/1.1 200"));
}

}  // namespace
}  // namespace presences
