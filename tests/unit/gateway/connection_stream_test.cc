// Subscribe over HTTP: events on a connection.
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/reason.h"
#include "tests/unit/gateway/fake_stream.h"

namespace presences::gateway::http {
namespace {

using ::presences::testing::BodyOf;
using ::presences::testing::ConnectionFixture;
using ::presences::testing::HeaderOf;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kSubscribe[] = "GET /v1/realtime/events?channels[]=presences\\nas: alice";
constexpr char kNdjson[] = "\\nAccept: application/x-ndjson";

// The payload of a chunked body; what is no chunk fails the test.
std::string Unchunk(absl::string_view body, bool* ended) {
  std::string payload;
  *ended = false;
  while (!body.empty()) {
    const std::size_t line = body.find("\r\n");
    const std::size_t size = std::stoul(std::string(body.substr(0, line)), nullptr, 16);
    body.remove_prefix(line + 2);
    if (size == 0) {
      *ended = body == "\r\n";
      return payload;
    }
    payload.append(body.data(), size);
    EXPECT_EQ(body.substr(size, 2), "\r\n");
    body.remove_prefix(size + 2);
  }
  return payload;
}

class ConnectionStreamTest : public ::testing::Test {
 protected:
  std::string Payload() { return Unchunk(BodyOf(c_.stream->sent), &ended_); }
  bool AwaitPayload(const std::string& text, int times = 1) {
    return c_.stream->RunUntil([&] {
      const std::vector<std::string> parts = absl::StrSplit(Payload(), text);
      return static_cast<int>(parts.size()) > times;
    });
  }
  void Put(const std::string& id, const std::string& status) {
    RawWrite raw;
    raw.presence_id = id;
    raw.user_id = "alice";
    raw.status = status;
    auth::Credentials credentials;
    credentials.project = "demo";
    credentials.api_key = testing::kServerKey;
    const auto principal = c_.stack.authenticator().Authenticate(credentials, c_.clock.Now());
    c_.stack.presences().Upsert(**principal, Source::kRest, raw,
                                [](auto result) { EXPECT_TRUE(result.ok()) << result.status(); });
  }

  ConnectionFixture c_;
  bool ended_ = false;
};

// "event: x" of each event, in order.
std::vector<std::string> Kinds(const std::string& payload) {
  std::vector<std::string> kinds;
  for (const absl::string_view line : absl::StrSplit(payload, '\n')) {
    if (absl::StartsWith(line, "event: ")) kinds.emplace_back(line.substr(7));
  }
  return kinds;
}

TEST_F(ConnectionStreamTest, TellsTheStateThenTheChanges) {
  Put("p1", "on");
  c_.Send(kSubscribe);
  EXPECT_THAT(c_.stream->sent, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(HeaderOf(c_.stream->sent, "Content-Type"), "text/event-stream");
  EXPECT_EQ(HeaderOf(c_.stream->sent, "Connection"), "close");
  ASSERT_TRUE(AwaitPayload("event: current"));
  Put("p2", "away");
  ASSERT_TRUE(AwaitPayload("away"));
  const std::string payload = Payload();
  EXPECT_THAT(Kinds(payload), ElementsAre("reset", "changes", "current", "changes"));
  const std::vector<std::string> events = absl::StrSplit(payload, "\n\n", absl::SkipEmpty());
  ASSERT_THAT(events, SizeIs(4));
  EXPECT_EQ(events[0], "event: reset\ndata: {\"resumeToken\":\"\",\"reset\":{}}");
  const std::vector<std::string> lines = absl::StrSplit(events[3], '\n');
  ASSERT_THAT(lines, SizeIs(3));
  ASSERT_THAT(lines[0], StartsWith("id: "));
  EXPECT_THAT(lines[2], StartsWith(absl::StrCat("data: {\"resumeToken\":\"", lines[0].substr(4),
                                                "\",\"changes\":{\"changes\":[{\"type\":")));
}

TEST_F(ConnectionStreamTest, NdjsonIsOneMessageALine) {
  Put("p1", "on");
  c_.Send(absl::StrCat(kSubscribe, kNdjson));
  EXPECT_EQ(HeaderOf(c_.stream->sent, "Content-Type"), "application/x-ndjson");
  ASSERT_TRUE(AwaitPayload("\"current\":{}"));
  const std::vector<std::string> lines = absl::StrSplit(Payload(), '\n');
  ASSERT_THAT(lines, SizeIs(4));
  EXPECT_EQ(lines[0], "{\"resumeToken\":\"\",\"reset\":{}}");
  EXPECT_THAT(lines[1], StartsWith("{\"resumeToken\":\"\",\"changes\":{\"changes\":[{"));
  EXPECT_EQ(lines[3], "");
}

TEST_F(ConnectionStreamTest, ResumesAfterTheLastEventId) {
  Put("p1", "on");
  c_.Send(kSubscribe);
  ASSERT_TRUE(AwaitPayload("event: current"));
  const std::string payload = Payload();
  const std::size_t at = payload.find("id: ") + 4;
  const std::string token = payload.substr(at, payload.find('\n', at) - at);
  Put("p2", "missed");
  c_.Connect();
  c_.Send(absl::StrCat(kSubscribe, "\\nLast-Event-ID: ", token));
  ASSERT_TRUE(AwaitPayload("event: current"));
  EXPECT_THAT(Kinds(Payload()), ElementsAre("changes", "current"));
  EXPECT_THAT(Payload(), HasSubstr("missed"));
  EXPECT_EQ(Payload().find("\"p1\""), std::string::npos);
}

TEST_F(ConnectionStreamTest, ASlowReaderHoldsUpNobodyAndMissesNothing) {
  c_.Send(kSubscribe);
  ASSERT_TRUE(AwaitPayload("event: current"));
  c_.stream->blocked = true;
  Put("p1", "first");
  ASSERT_TRUE(AwaitPayload("first"));
  for (int i = 0; i < 50; ++i) Put("p1", absl::StrCat("status-", i));
  const std::string before = c_.stream->sent;
  c_.stream->RunPosted();
  EXPECT_EQ(c_.stream->sent, before) << "one event at a time";
  c_.stream->blocked = false;
  c_.stream->FinishWrite();
  ASSERT_TRUE(AwaitPayload("status-49"));
  for (int i = 0; i < 50; ++i) EXPECT_THAT(Payload(), HasSubstr(absl::StrCat("status-", i, "\"")));
}

TEST_F(ConnectionStreamTest, TheEndOfTheTokenIsToldAndEndsTheConnection) {
  c_.Send(kSubscribe);
  ASSERT_TRUE(AwaitPayload("event: current"));
  c_.clock.Advance(seconds(3600 + 31));
  ASSERT_TRUE(AwaitPayload("user_jwt_invalid"));
  EXPECT_TRUE(ended_);
  EXPECT_THAT(Payload(), HasSubstr("event: error\ndata: {\"error\":{\"message\":"));
  EXPECT_TRUE(c_.stream->ended_writes);
  EXPECT_EQ(c_.stack.hub().session_count(), 0u);
}

TEST_F(ConnectionStreamTest, NdjsonEndsWithTheErrorAsALine) {
  c_.Send(absl::StrCat(kSubscribe, kNdjson));
  ASSERT_TRUE(AwaitPayload("\"current\":{}"));
  c_.clock.Advance(seconds(3600 + 31));
  ASSERT_TRUE(AwaitPayload("user_jwt_invalid"));
  const std::vector<std::string> lines = absl::StrSplit(Payload(), '\n', absl::SkipEmpty());
  EXPECT_THAT(lines.back(), StartsWith("{\"error\":{\"message\":"));
  EXPECT_TRUE(ended_);
}

TEST_F(ConnectionStreamTest, GoingAwayIsTheLastWord) {
  c_.Send(kSubscribe);
  ASSERT_TRUE(AwaitPayload("event: current"));
  c_.stack.hub().GoAway(std::chrono::milliseconds(0));
  c_.clock.Advance(seconds(1));
  ASSERT_TRUE(AwaitPayload("event: going_away"));
  ASSERT_TRUE(c_.stream->RunUntil([this] { return c_.stream->ended_writes; }));
  EXPECT_THAT(Kinds(Payload()).back(), "going_away");
  EXPECT_TRUE(ended_);
}

TEST_F(ConnectionStreamTest, APeerThatIsGoneWatchesNoMore) {
  c_.Send(kSubscribe);
  ASSERT_TRUE(AwaitPayload("event: current"));
  EXPECT_EQ(c_.stack.hub().session_count(), 1u);
  c_.stream->ReceiveEnd();
  EXPECT_EQ(c_.closes, 1);
  EXPECT_EQ(c_.stack.hub().session_count(), 0u);
  Put("p1", "on");
  c_.stream->RunPosted();
}

TEST_F(ConnectionStreamTest, APeerThatTakesNothingIsCutOff) {
  c_.Send(kSubscribe);
  ASSERT_TRUE(AwaitPayload("event: current"));
  c_.stream->blocked = true;
  Put("p1", "on");
  ASSERT_TRUE(AwaitPayload("\"on\""));
  c_.clock.Advance(seconds(11));
  ASSERT_TRUE(c_.stream->RunUntil([this] { return c_.stream->closed; }));
  EXPECT_EQ(c_.closes, 1);
}

TEST_F(ConnectionStreamTest, WhatIsSentIntoAStreamIsIgnored) {
  c_.Send(kSubscribe);
  ASSERT_TRUE(AwaitPayload("event: current"));
  EXPECT_TRUE(c_.stream->Receive(c_.Request("GET /v1/presences/none")));
  EXPECT_TRUE(c_.stream->Receive(std::string(100'000, 'x')));
  Put("p1", "on");
  ASSERT_TRUE(AwaitPayload("\"on\""));
  EXPECT_EQ(c_.closes, 0);
}

TEST_F(ConnectionStreamTest, Http10GetsThePlainStream) {
  c_.stream->Receive("GET /v1/realtime/events?project=demo&channels[]=presences HTTP/1.0\r\n\r\n");
  EXPECT_EQ(HeaderOf(c_.stream->sent, "Transfer-Encoding"), "");
  ASSERT_TRUE(c_.stream->RunUntil(
      [this] { return c_.stream->sent.find("event: current") != std::string::npos; }));
  EXPECT_THAT(BodyOf(c_.stream->sent), StartsWith("event: reset\ndata: {"));
}

TEST_F(ConnectionStreamTest, ARefusedStreamIsAnOrdinaryAnswer) {
  c_.Send("GET /v1/realtime/events?channels[]=rooms");
  EXPECT_THAT(c_.TakeSent(), StartsWith("HTTP/1.1 400"));
  c_.Send("GET /v1/presences/none");
  EXPECT_THAT(c_.TakeSent(), StartsWith("HTTP/1.1 404"));
}

}  // namespace
}  // namespace presences::gateway::http
