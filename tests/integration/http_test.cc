// The HTTP listener over loopback: what clients that behave can rely on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/buffer.hpp>
#include <future>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/integration/support/http_harness.h"
#include "tests/integration/support/raw_client.h"
#include "tests/unit/gateway/http_fixture.h"

namespace presences {
namespace {

using ::presences::testing::BodyOf;
using ::presences::testing::HeaderOf;
using ::presences::testing::HttpHarness;
using ::presences::testing::RawClient;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(HttpTest, ServesManyConnectionsOverManyRequests) {
  HttpHarness harness;
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 20; ++i) clients.push_back(std::make_unique<RawClient>(harness.address()));
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < clients.size(); ++i) {
      const std::string status = absl::StrCat("round-", round);
      const std::string answer = clients[i]->Call(HttpHarness::Put(absl::StrCat("p", i), status));
      ASSERT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
      ASSERT_THAT(BodyOf(answer), HasSubstr(absl::StrCat("\"status\":\"", status, "\"")));
    }
  }
  EXPECT_THAT(clients[0]->Call(HttpHarness::List()), HasSubstr("{\"total\":20,"));
}

TEST(HttpTest, AnswersPipelinedRequestsInOrder) {
  HttpHarness harness;
  RawClient client(harness.address());
  std::string requests;
  for (int i = 0; i < 200; ++i) requests += HttpHarness::Put("p1", absl::StrCat("status-", i));
  ASSERT_TRUE(client.Send(requests));
  for (int i = 0; i < 200; ++i) {
    ASSERT_THAT(client.ReadAnswer(), HasSubstr(absl::StrCat("\"status\":\"status-", i, "\"")));
  }
}

TEST(HttpTest, HeadHasNoBodyAndTheNextAnswerFollows) {
  HttpHarness harness;
  RawClient client(harness.address());
  ASSERT_TRUE(client.Send("HEAD / HTTP/1.1\r\n\r\n" + HttpHarness::List()));
  EXPECT_EQ(HeaderOf(client.ReadAnswer(/*head_only=*/true), "Content-Length"), "14");
  EXPECT_EQ(BodyOf(client.ReadAnswer()), "{\"total\":0,\"presences\":[]}");
}

TEST(HttpTest, EndsWhenTheClientAsks) {
  HttpHarness harness;
  RawClient client(harness.address());
  EXPECT_EQ(HeaderOf(client.Call(HttpHarness::List("Connection: close\r\n")), "Connection"),
            "close");
  EXPECT_TRUE(client.ReadEnd());
}

TEST(HttpTest, AClientThatHasSaidAllGetsItsAnswer) {
  HttpHarness harness;
  RawClient client(harness.address());
  ASSERT_TRUE(client.Send(HttpHarness::Put("p1") + HttpHarness::List()));
  client.HalfClose();
  EXPECT_THAT(client.ReadAnswer(), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(client.ReadAnswer(), HasSubstr("\"total\":1"));
  EXPECT_TRUE(client.ReadEnd());
}

TEST(HttpTest, AnIdleConnectionIsClosed) {
  HttpHarness harness;
  RawClient client(harness.address());
  ASSERT_THAT(client.Call(HttpHarness::List()), StartsWith("HTTP/1.1 200"));
  harness.clock.Advance(seconds(60));
  EXPECT_TRUE(client.ReadEnd());
}

TEST(HttpTest, StreamsEventsAndResumesThem) {
  HttpHarness harness;
  RawClient writer(harness.address());
  std::string token;
  {
    RawClient watcher(harness.address());
    ASSERT_TRUE(
        watcher.Send("GET /v1/realtime/events?project=demo&channels[]=presences HTTP/1.1\r\n\r\n"));
    ASSERT_THAT(watcher.ReadUntil("event: current"), HasSubstr("event: reset"));
    writer.Call(HttpHarness::Put("p1", "first"));
    const std::string seen = watcher.ReadUntil("\"first\"");
    token = seen.substr(seen.rfind("id: ") + 4);
    token = token.substr(0, token.find('\n'));
  }
  writer.Call(HttpHarness::Put("p2", "second"));
  RawClient again(harness.address());
  ASSERT_TRUE(again.Send(
      absl::StrCat("GET /v1/realtime/events?project=demo&channels[]=presences HTTP/1.1\r\n",
                   "Accept: application/x-ndjson\r\nLast-Event-ID: ", token, "\r\n\r\n")));
  const std::string seen = again.ReadUntil("\"current\"");
  EXPECT_THAT(seen, HasSubstr("\"second\""));
  EXPECT_EQ(seen.find("\"first\""), std::string::npos);
  EXPECT_EQ(seen.find("\"reset\""), std::string::npos);
}

TEST(HttpTest, HandsAnUpgradeOverWithItsSocket) {
  HttpHarness harness;
  RawClient client(harness.address());
  ASSERT_TRUE(client.Send(
      "GET /v1/realtime HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"));
  const std::unique_ptr<gateway::ByteStream> stream = harness.AwaitUpgrade();
  std::promise<void> written;
  const std::string hello = "hello";
  stream->WriteAll({boost::asio::buffer(hello)},
                   [&](boost::system::error_code, std::size_t) { written.set_value(); });
  written.get_future().wait();
  EXPECT_EQ(client.ReadUntil(hello), hello);
  char room[16];
  std::promise<std::size_t> received;
  stream->ReadSome(boost::asio::buffer(room), [&](boost::system::error_code, std::size_t count) {
    received.set_value(count);
  });
  ASSERT_TRUE(client.Send("abc"));
  EXPECT_EQ(received.get_future().get(), 3u);
  stream->Close();
  EXPECT_TRUE(client.ReadUntil("no such text") == hello);
}

TEST(HttpTest, ShutdownEndsIdleConnectionsAndRefusesNewOnes) {
  HttpHarness harness;
  RawClient idle(harness.address());
  ASSERT_THAT(idle.Call(HttpHarness::List()), StartsWith("HTTP/1.1 200"));
  harness.server->Shutdown(seconds(0));
  EXPECT_TRUE(idle.ReadEnd());
  gateway::HttpServer::Options options;
  options.address = harness.address();
  HttpHarness successor(options);
  EXPECT_TRUE(successor.start.ok()) << successor.start << ": the port is free again";
}

TEST(HttpTest, AnAddressInUseIsToldApart) {
  HttpHarness first;
  gateway::HttpServer::Options options;
  options.address = first.address();
  const HttpHarness second(options);
  EXPECT_EQ(second.start.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(second.start.message()), HasSubstr(first.address()));
  options.address = "192.0.2.1:0";
  const HttpHarness foreign(options);
  EXPECT_EQ(foreign.start.code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace presences
