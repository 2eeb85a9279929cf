// Clients that misbehave, one row each: what they are answered, whether the connection is kept,
// and that the server still serves others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "tests/integration/support/http_harness.h"
#include "tests/integration/support/raw_client.h"
#include "tests/support/paths.h"
#include "tests/support/table.h"
#include "tests/unit/gateway/http_fixture.h"

namespace presences {
namespace {

using ::presences::testing::BodyOf;
using ::presences::testing::HttpHarness;
using ::presences::testing::RawClient;
using std::chrono::seconds;
using ::testing::StartsWith;

// "400 general_bad_request", or "nothing".
std::string Summary(const std::string& answer) {
  if (answer.empty()) return "nothing";
  const std::string body = BodyOf(answer);
  const std::size_t type = body.find("\"type\":\"");
  std::string summary = answer.substr(9, 3);
  if (type == std::string::npos) return summary;
  const std::size_t start = type + 8;
  return absl::StrCat(summary, " ", body.substr(start, body.find('"', start) - start));
}

class HttpBadInputTest : public ::testing::Test {
 protected:
  // Plays a row: bytes to send, with "\n" for CRLF, then what happens: "@fin" sends no more,
  // "@reset" cuts, "@wait N" lets N seconds pass.
  absl::StatusOr<std::string> Play(absl::string_view row) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(row, absl::MaxSplits(" @", 1));
    RawClient client(harness_.address());
    std::string bytes = absl::StrReplaceAll(parts.first, {{"\\n", "\r\n"}});
    bytes = absl::StrReplaceAll(bytes, {{"@head", kHead}});
    client.Send(bytes);
    if (parts.second == "reset") {
      client.Reset();
      return std::string("reset");
    }
    if (parts.second == "fin") client.HalfClose();
    int wait = 0;
    if (absl::StartsWith(parts.second, "wait ") &&
        absl::SimpleAtoi(parts.second.substr(5), &wait)) {
      GatherBystanders();
      AwaitArrival();
      harness_.clock.Advance(seconds(wait));
    }
    const std::string answer = Summary(client.ReadAnswer());
    if (answer == "nothing") return absl::StrCat(answer, " closed");
    const bool kept = Summary(client.Call(HttpHarness::List())) == "200";
    return absl::StrCat(answer, kept ? " kept" : " closed");
  }

  // One for each thread of the server, as connections are dealt out in turn.
  void GatherBystanders() {
    bystanders_.clear();
    for (int i = 0; i < 2; ++i) {
      bystanders_.push_back(std::make_unique<RawClient>(harness_.address()));
    }
  }

  // Others are served; and what was sent before the bystanders came is in the server's hands when
  // they have been served: connections are accepted in order.
  void AwaitArrival() {
    for (const auto& bystander : bystanders_) {
      for (int i = 0; i < 3; ++i) ASSERT_EQ(Summary(bystander->Call(HttpHarness::List())), "200");
    }
  }

  static constexpr char kHead[] =
      "PUT /v1/presences/p1 HTTP/1.1\r\nX-Appwrite-Project: demo\r\n"
      "X-Appwrite-Key: standard_server\r\nContent-Type: application/json\r\n";

  HttpHarness harness_;
  std::vector<std::unique_ptr<RawClient>> bystanders_;
};

TEST_F(HttpBadInputTest, ReadsTheTable) {
  testing::CheckTable(PRESENCES_TESTDATA "/http/bad_input.txt",
                      [this](absl::string_view row) -> absl::StatusOr<std::string> {
                        GatherBystanders();
                        absl::StatusOr<std::string> outcome = Play(row);
                        // Those from before may have been idle for too long meanwhile.
                        GatherBystanders();
                        AwaitArrival();
                        return outcome;
                      });
}

TEST_F(HttpBadInputTest, ManySlowClientsHoldUpNobody) {
  std::vector<std::unique_ptr<RawClient>> slow;
  for (int i = 0; i < 200; ++i) {
    slow.push_back(std::make_unique<RawClient>(harness_.address()));
    slow.back()->Send("GET /v1/presences HTTP/1.1\r\nX-Slow: ");
  }
  GatherBystanders();
  AwaitArrival();
  harness_.clock.Advance(seconds(10));
  for (const auto& client : slow) {
    ASSERT_EQ(Summary(client->ReadAnswer()), "408 general_request_timeout");
  }
  AwaitArrival();
}

TEST_F(HttpBadInputTest, AbruptResetsLeaveNothingBehind) {
  for (int i = 0; i < 100; ++i) {
    RawClient client(harness_.address());
    client.Send(i % 2 == 0 ? HttpHarness::Put("p1")
                           : "GET /v1/realtime/events?project=demo&channels[]=presences "
                             "HTTP/1.1\r\n\r\n");
    client.Reset();
  }
  RawClient other(harness_.address());
  EXPECT_EQ(Summary(other.Call(HttpHarness::List())), "200");
  // A watcher whose peer is gone is found by the end of its input.
  for (int i = 0; i < 1000 && harness_.stack.hub().session_count() > 0; ++i) {
    other.Call(HttpHarness::List());
  }
  EXPECT_EQ(harness_.stack.hub().session_count(), 0u);
}

TEST_F(HttpBadInputTest, AnUploadThatIsRefusedHearsWhy) {
  RawClient client(harness_.address());
  ASSERT_TRUE(client.Send(absl::StrCat(kHead, "Content-Length: 50000000\r\n\r\n")));
  // The client goes on for a while before it looks: the answer must survive that.
  for (int i = 0; i < 20; ++i) client.Send(std::string(50'000, 'x'));
  EXPECT_EQ(Summary(client.ReadAnswer()), "413 general_request_too_large");
  EXPECT_TRUE(client.ReadEnd());
}

TEST_F(HttpBadInputTest, AReaderThatTakesNoAnswersIsCutOff) {
  RawClient writer(harness_.address());
  for (int i = 0; i < 100; ++i) {
    writer.Call(HttpHarness::Put(absl::StrCat("p", i), std::string(250, 's')));
  }
  RawClient reader(harness_.address());
  std::string requests;
  for (int i = 0; i < 3000; ++i) requests += HttpHarness::List();  // 40 MB of answers
  reader.Send(requests);
  // A few rounds, since the sockets' own buffers take megabytes first.
  for (int round = 0; round < 5; ++round) {
    GatherBystanders();
    AwaitArrival();
    harness_.clock.Advance(seconds(60));
    // Those who were idle are closed in the same round as who took nothing.
    for (const auto& bystander : bystanders_) EXPECT_TRUE(bystander->ReadEnd());
  }
  // What lies in the sockets may still come; then it ends, short of the last answer.
  EXPECT_LT(reader.ReadUntil("no such text").size(), 20'000'000u);
}

}  // namespace
}  // namespace presences
