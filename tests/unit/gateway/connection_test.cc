#include "server/gateway/http/connection.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/faulty_log.h"
#include "tests/unit/gateway/fake_stream.h"

namespace presences::gateway::http {
namespace {

using ::presences::testing::BodyOf;
using ::presences::testing::ConnectionFixture;
using ::presences::testing::FakeStream;
using ::presences::testing::HeaderOf;
using ::presences::testing::SplitAnswers;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kPut[] =
    "PUT /v1/presences/p1\\nas: server\\n\\n{\"userId\":\"u\",\"status\":\"on\"}";
constexpr char kGet[] = "GET /v1/presences/p1\\nas: server";
constexpr char kMissing[] = "GET /v1/presences/none\\nas: server";

class ConnectionTest : public ::testing::Test {
 protected:
  FakeStream& stream() { return *c_.stream; }

  ConnectionFixture c_;
};

TEST_F(ConnectionTest, KeepsTheConnectionFromRequestToRequest) {
  c_.Send(kPut);
  EXPECT_THAT(c_.TakeSent(), StartsWith("HTTP/1.1 200 OK\r\n"));
  c_.Send(kMissing);
  const std::string answer = c_.TakeSent();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 404"));
  EXPECT_EQ(HeaderOf(answer, "Connection"), "");
  c_.Send(kGet);
  EXPECT_THAT(c_.TakeSent(), HasSubstr("\"status\":\"on\""));
  EXPECT_EQ(c_.closes, 0);
}

TEST_F(ConnectionTest, PipelinedRequestsAreAnsweredInOrderAndTogether) {
  stream().Receive(c_.Request(kPut) + c_.Request(kMissing) + c_.Request("HEAD /v1/presences/none") +
                   c_.Request(kGet));
  const std::string sent = c_.TakeSent();
  EXPECT_EQ(stream().writes, 1);
  const std::size_t first_end = SplitAnswers(sent)[0].size();
  EXPECT_THAT(SplitAnswers(sent)[0], StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(SplitAnswers(sent)[1], StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(sent.substr(first_end), HasSubstr("\"status\":\"on\""));
}

// However the bytes of two requests are cut, the two answers are the same.
TEST_F(ConnectionTest, CutsAreInvisible) {
  const std::string requests = c_.Request(kPut) + c_.Request(kMissing);
  std::string chunked =
      c_.Request("PUT /v1/presences/p1\\nas: server\\nTransfer-Encoding: chunked");
  chunked += "8\r\n{\"userId\r\n19;x=y\r\n\":\"u\",\"status\":\"chunked\"}\r\n0\r\n\r\n";
  for (const std::string& text : {requests, chunked + c_.Request(kMissing)}) {
    for (std::size_t at = 1; at < text.size(); ++at) {
      ASSERT_TRUE(stream().Receive(text.substr(0, at)));
      ASSERT_TRUE(stream().Receive(text.substr(at)));
      const std::vector<std::string> answers = SplitAnswers(c_.TakeSent());
      ASSERT_THAT(answers, SizeIs(2)) << "cut at " << at;
      ASSERT_THAT(answers[0], StartsWith("HTTP/1.1 200")) << "cut at " << at;
      ASSERT_THAT(answers[1], StartsWith("HTTP/1.1 404")) << "cut at " << at;
    }
  }
}

TEST_F(ConnectionTest, ALargeBodyMovesTheBufferAndIsStillReadRight) {
  const std::string pad(200'000, 'x');
  c_.Send(absl::StrCat("PUT /v1/presences/p1\\nas: server\\n\\n{\"ignored\":\"", pad,
                       "\",\"userId\":\"u\",\"status\":\"large\"}"));
  const std::string answer = c_.TakeSent();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(answer, HasSubstr("{\"$id\":\"p1\""));
  EXPECT_THAT(answer, HasSubstr("\"status\":\"large\""));
}

TEST_F(ConnectionTest, ClosesWhenTheClientWants) {
  c_.Send("GET /v1/presences/none\\nConnection: close");
  EXPECT_EQ(HeaderOf(c_.TakeSent(), "Connection"), "close");
  EXPECT_TRUE(stream().ended_writes);
  EXPECT_EQ(c_.closes, 0) << "the client has not ended yet";
  stream().Receive(c_.Request(kGet));
  EXPECT_EQ(c_.TakeSent(), "") << "what comes after the last request is nobody's";
  stream().ReceiveEnd();
  EXPECT_EQ(c_.closes, 1);
}

TEST_F(ConnectionTest, Http10ClosesUnlessAskedToStay) {
  stream().Receive("GET /v1/presences/p?project=demo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(HeaderOf(c_.TakeSent(), "Connection"), "keep-alive");
  EXPECT_FALSE(stream().ended_writes);
  stream().Receive("GET /v1/presences/p?project=demo HTTP/1.0\r\n\r\n");
  EXPECT_EQ(HeaderOf(c_.TakeSent(), "Connection"), "close");
  EXPECT_TRUE(stream().ended_writes);
}

TEST_F(ConnectionTest, AMalformedRequestIsAnsweredAfterThoseBeforeIt) {
  stream().Receive(c_.Request(kMissing) + "rubbish\r\n\r\n");
  const std::vector<std::string> answers = SplitAnswers(c_.TakeSent());
  ASSERT_THAT(answers, SizeIs(2));
  EXPECT_THAT(answers[0], StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(answers[1], StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(answers[1], HasSubstr("general_bad_request"));
  EXPECT_EQ(HeaderOf(answers[1], "Connection"), "close");
  EXPECT_TRUE(stream().ended_writes);
}

TEST_F(ConnectionTest, ABodyThatWillBeTooLargeIsRefusedBeforeItComes) {
  stream().Receive(
      "PUT /v1/presences/p1 HTTP/1.1\r\nOrigin: http://localhost\r\nX-Appwrite-Project: demo\r\n"
      "Content-Length: 1048577\r\n\r\n");
  const std::string answer = c_.TakeSent();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(answer, HasSubstr("general_request_too_large"));
  EXPECT_THAT(answer, HasSubstr("1048576"));
  EXPECT_EQ(HeaderOf(answer, "Access-Control-Allow-Origin"), "http://localhost");
  EXPECT_TRUE(stream().ended_writes);
  EXPECT_TRUE(stream().Receive(std::string(100'000, 'x'))) << "the upload under way is let in";
  EXPECT_EQ(c_.closes, 0);
}

TEST_F(ConnectionTest, AnswersExpectContinue) {
  const std::string request = c_.Request(
      "PUT /v1/presences/p1\\nas: server\\nExpect: "
      "100-continue\\n\\n{\"userId\":\"u\",\"status\":\"on\"}");
  const std::size_t head = request.find("\r\n\r\n") + 4;
  stream().Receive(request.substr(0, head));
  EXPECT_EQ(c_.TakeSent(), "HTTP/1.1 100 Continue\r\n\r\n");
  stream().Receive(request.substr(head));
  EXPECT_THAT(c_.TakeSent(), StartsWith("HTTP/1.1 200"));
  // Who sends the body at once needs no word.
  stream().Receive(request);
  EXPECT_THAT(c_.TakeSent(), StartsWith("HTTP/1.1 200"));
}

TEST_F(ConnectionTest, AnIdleConnectionIsClosedAfterAMinute) {
  c_.Send(kMissing);
  c_.TakeSent();
  c_.Pass(milliseconds(59'999));
  EXPECT_EQ(c_.closes, 0);
  c_.Pass(milliseconds(1));
  EXPECT_EQ(c_.closes, 1);
  EXPECT_EQ(c_.TakeSent(), "");
}

TEST_F(ConnectionTest, AHeaderThatTricklesInIsCutOff) {
  const std::string request = c_.Request(kMissing);
  for (int i = 0; i < 9; ++i) {
    stream().Receive(request.substr(static_cast<std::size_t>(i), 1));
    c_.Pass(seconds(1));
  }
  EXPECT_EQ(c_.TakeSent(), "");
  stream().Receive(request.substr(9, 1));
  c_.Pass(seconds(1));
  const std::string answer = c_.TakeSent();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 408 Request Timeout"));
  EXPECT_THAT(answer, HasSubstr("general_request_timeout"));
  EXPECT_TRUE(stream().ended_writes);
  c_.Pass(seconds(2));
  EXPECT_EQ(c_.closes, 1) << "a peer that does not end is not waited for";
}

TEST_F(ConnectionTest, ABodyThatTricklesInIsCutOff) {
  const std::string request = c_.Request(kPut);
  stream().Receive(request.substr(0, request.size() - 10));
  c_.Pass(milliseconds(59'999));
  stream().Receive(request.substr(request.size() - 10, 1));
  EXPECT_EQ(c_.TakeSent(), "");
  c_.Pass(milliseconds(1));
  EXPECT_THAT(c_.TakeSent(), StartsWith("HTTP/1.1 408"));
}

TEST_F(ConnectionTest, HalfARequestAndTheEndIsTheEnd) {
  const std::string request = c_.Request(kPut);
  for (const std::size_t at : {std::size_t{1}, request.size() / 2, request.size() - 1}) {
    ConnectionFixture c;
    c.stream->Receive(request.substr(0, at));
    c.stream->ReceiveEnd();
    EXPECT_EQ(c.closes, 1);
    EXPECT_EQ(c.TakeSent(), "");
  }
}

TEST_F(ConnectionTest, AClientThatHasSaidAllStillGetsItsAnswers) {
  stream().blocked = true;
  c_.Send(kMissing);
  EXPECT_FALSE(stream().is_reading()) << "who takes no answers is not read from";
  stream().FinishWrite();
  stream().Receive(c_.Request(kMissing));
  stream().FinishWrite();
  stream().ReceiveEnd();
  EXPECT_EQ(c_.closes, 1);
}

TEST_F(ConnectionTest, AClientThatTakesNoAnswersIsClosed) {
  stream().blocked = true;
  c_.Send(kMissing);
  c_.Pass(milliseconds(59'999));
  EXPECT_EQ(c_.closes, 0);
  c_.Pass(milliseconds(1));
  EXPECT_EQ(c_.closes, 1);
  stream().BreakWrite();
  EXPECT_EQ(c_.closes, 1);
}

TEST_F(ConnectionTest, AnswersThatPileUpLeaveInBounds) {
  stream().blocked = true;
  std::string requests;
  for (int i = 0; i < 500; ++i) requests += c_.Request(kMissing);
  stream().Receive(requests);
  EXPECT_LT(stream().sent.size(), 100'000u);
  while (stream().is_writing()) {
    stream().FinishWrite();
    if (stream().is_reading()) break;
  }
  const std::size_t answers = SplitAnswers(c_.TakeSent()).size();
  EXPECT_GT(answers, 10u);
}

TEST_F(ConnectionTest, DrainEndsAnIdleConnectionAtOnce) {
  c_.Send(kMissing);
  c_.connection->Drain();
  EXPECT_EQ(c_.closes, 1);
}

TEST_F(ConnectionTest, DrainLetsARequestFinish) {
  const std::string request = c_.Request(kMissing);
  stream().Receive(request.substr(0, 10));
  c_.connection->Drain();
  EXPECT_EQ(c_.closes, 0);
  stream().Receive(request.substr(10));
  EXPECT_EQ(HeaderOf(c_.TakeSent(), "Connection"), "close");
  EXPECT_TRUE(stream().ended_writes);
}

TEST_F(ConnectionTest, HandsASocketOverWithWhatCameEarly) {
  stream().Receive(c_.Request(kMissing));
  stream().Receive(c_.Request("GET /v1/realtime?a=b\\nConnection: Upgrade\\nUpgrade: websocket") +
                   "early");
  ASSERT_THAT(c_.upgrades, SizeIs(1));
  EXPECT_TRUE(stream().released);
  EXPECT_FALSE(stream().closed);
  EXPECT_EQ(c_.closes, 1) << "it is no HTTP connection any more";
  const Upgrade& upgrade = c_.upgrades[0];
  EXPECT_EQ(upgrade.target, "/v1/realtime?a=b");
  EXPECT_EQ(upgrade.early_bytes, "early");
  EXPECT_EQ(upgrade.client_address, "192.0.2.1");
  EXPECT_THAT(upgrade.headers, ::testing::Contains(::testing::Pair("upgrade", "websocket")));
}

// With a log that waits for a device, answers come from another thread.
class SlowCommitTest : public ::testing::Test {
 protected:
  testing::FaultyLog* log_ = new testing::FaultyLog(/*blocks=*/true);
  ConnectionFixture c_{std::unique_ptr<store::Log>(log_)};
};

TEST_F(SlowCommitTest, RequestsBehindAWriteWaitForIt) {
  log_->Hold();
  c_.stream->Receive(c_.Request(kMissing) + c_.Request(kPut) + c_.Request(kGet));
  log_->AwaitHeldAppend();
  EXPECT_THAT(SplitAnswers(c_.TakeSent()), SizeIs(1)) << "what is answered does not wait";
  c_.stream->RunPosted();
  EXPECT_EQ(c_.TakeSent(), "");
  log_->Release();
  ASSERT_TRUE(c_.stream->RunUntil([this] { return SplitAnswers(c_.stream->sent).size() == 2; }));
  EXPECT_THAT(SplitAnswers(c_.TakeSent())[1], HasSubstr("\"status\":\"on\""));
}

TEST_F(SlowCommitTest, AWriteIsDoneThoughItsCallerIsGone) {
  log_->Hold();
  c_.Send(kPut);
  log_->AwaitHeldAppend();
  c_.connection->Close();
  EXPECT_EQ(c_.closes, 1);
  log_->Release();
  ASSERT_TRUE(c_.stream->RunUntil([this] { return !log_->groups().empty(); }));
  c_.stack.Stop();
  c_.stream->RunPosted();
  EXPECT_EQ(c_.TakeSent(), "");
}

TEST_F(SlowCommitTest, ALogThatFailsIsA503) {
  log_->Break();
  c_.Send(kPut);
  ASSERT_TRUE(c_.stream->RunUntil([this] { return !c_.stream->sent.empty(); }));
  const std::string answer = c_.TakeSent();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(answer, HasSubstr("general_storage_unavailable"));
  EXPECT_EQ(HeaderOf(answer, "Connection"), "") << "the connection is not to blame";
}

}  // namespace
}  // namespace presences::gateway::http
