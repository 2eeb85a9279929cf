#include "server/gateway/http/request_parser.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "tests/support/paths.h"
#include "tests/support/status_matchers.h"
#include "tests/support/table.h"

namespace presences::gateway::http {
namespace {

using ::presences::testing::HasReason;
using State = RequestParser::State;

constexpr std::size_t kBodyLimit = 100;

// "\n" in a row of the table is a line end of HTTP.
std::string Wire(absl::string_view row) { return absl::StrReplaceAll(row, {{"\\n", "\r\n"}}); }

std::string Describe(const HttpRequest& request) {
  std::string text = absl::StrCat(request.method(), " ", request.target());
  for (const auto& [name, value] : request.Headers()) absl::StrAppend(&text, " ", name, "=", value);
  if (!request.body().empty()) absl::StrAppend(&text, " [", request.body(), "]");
  return absl::StrCat(text, request.keep_alive() ? " keep" : " close");
}

// Feeds `text` as a connection does: piece by piece, each time from other memory, taking out what
// the parser needs no more.
absl::StatusOr<std::string> Feed(const std::vector<std::string>& pieces) {
  RequestParser parser;
  std::string received;
  std::string description;  // once the request is whole
  State state = State::kHeader;
  bool limited = false;
  for (const std::string& piece : pieces) {
    received += piece;
    if (state == State::kDone) continue;
    std::string moved(received);
    moved.swap(received);
    state = parser.Parse(received);
    if (state == State::kBody && !limited) {
      limited = true;
      if (!parser.LimitBody(kBodyLimit)) return parser.error();
      state = parser.Parse(received);
    }
    if (state == State::kFailed) return parser.error();
    if (state == State::kDone) description = Describe(parser.request());
    if (state != State::kBody) continue;
    const RequestParser::Waste waste = parser.TakeWaste();
    received.erase(waste.first, waste.count);
  }
  if (state == State::kHeader) return std::string("incomplete header");
  if (state == State::kBody) return std::string("incomplete body");
  const std::string rest = received.substr(parser.consumed());
  return rest.empty() ? description : absl::StrCat(description, " rest [", rest, "]");
}

std::vector<std::string> Bytes(const std::string& text) {
  std::vector<std::string> bytes;
  for (const char c : text) bytes.emplace_back(1, c);
  return bytes;
}

std::string Outcome(const absl::StatusOr<std::string>& result) {
  return result.ok() ? *result : result.status().ToString();
}

TEST(RequestParserTest, ReadsTheTable) {
  testing::CheckTable(PRESENCES_TESTDATA "/http/requests.txt",
                      [](absl::string_view row) { return Feed({Wire(row)}); });
}

// How a request is cut into packets changes nothing, except that what is refused may be waited for
// first: Beast looks for the end of the header before it looks at what came in pieces.
TEST(RequestParserTest, CutsAreInvisible) {
  for (const auto& row : testing::ReadTable(PRESENCES_TESTDATA "/http/requests.txt")) {
    const std::string text = Wire(row.input);
    if (text.size() > 1000) continue;  // the quadratic part; large rows are about limits
    SCOPED_TRACE(absl::StrCat("line ", row.line));
    const absl::StatusOr<std::string> whole = Feed({text});
    const auto check = [&whole](const absl::StatusOr<std::string>& outcome) {
      if (!whole.ok() && outcome.ok() && *outcome == "incomplete header") return;
      ASSERT_EQ(Outcome(outcome), Outcome(whole));
    };
    for (std::size_t at = 1; at < text.size(); ++at) {
      SCOPED_TRACE(absl::StrCat("cut at ", at));
      check(Feed({text.substr(0, at), text.substr(at)}));
    }
    check(Feed(Bytes(text)));
  }
}

TEST(RequestParserTest, ReadsOneRequestAfterAnother) {
  const std::string text =
      "PUT /a HTTP/1.1\r\nX: 1\r\nContent-Length: 2\r\n\r\nhiGET /b HTTP/1.0\r\n\r\n";
  RequestParser parser;
  ASSERT_EQ(parser.Parse(text), State::kBody);
  ASSERT_TRUE(parser.LimitBody(2));
  ASSERT_EQ(parser.Parse(text), State::kDone);
  const absl::string_view rest = absl::string_view(text).substr(parser.consumed());
  parser.Reset();
  ASSERT_EQ(parser.Parse(rest), State::kDone);
  EXPECT_EQ(parser.request().method(), "GET");
  EXPECT_EQ(parser.request().Find("x"), "");
  EXPECT_EQ(parser.request().body(), "");
  EXPECT_FALSE(parser.request().http11());
}

TEST(RequestParserTest, AHeaderThatNeverEndsIsRefusedWhileItArrives) {
  RequestParser parser;
  std::string received = "GET / HTTP/1.1\r\n";
  State state = parser.Parse(received);
  for (int i = 0; state == State::kHeader && i < 1000; ++i) {
    received += absl::StrCat("X-", i, ": ", std::string(40, 'v'), "\r\n");
    state = parser.Parse(received);
  }
  EXPECT_EQ(state, State::kFailed);
  EXPECT_THAT(parser.error(), HasReason(Reason::kGeneralRequestTooLarge, "16384"));
  EXPECT_LT(received.size(), kMaxHeaders + 1000);
}

TEST(RequestParserTest, ALineThatNeverEndsIsRefusedWhileItArrives) {
  RequestParser parser;
  std::string received = "GET /";
  State state = parser.Parse(received);
  while (state == State::kHeader && received.size() < 10 * kMaxRequestLine) {
    received += std::string(1000, 'a');
    state = parser.Parse(received);
  }
  EXPECT_EQ(state, State::kFailed);
  EXPECT_THAT(parser.error(), HasReason(Reason::kGeneralRequestTooLarge, "request line"));
  EXPECT_LT(received.size(), 2 * kMaxRequestLine);
}

TEST(RequestParserTest, AChunkHeaderThatNeverEndsIsRefusedWhileItArrives) {
  RequestParser parser;
  std::string received = "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;";
  ASSERT_EQ(parser.Parse(received), State::kBody);
  ASSERT_TRUE(parser.LimitBody(kBodyLimit));
  State state = parser.Parse(received);
  while (state == State::kBody && received.size() < 100'000) {
    received += std::string(100, 'x');
    state = parser.Parse(received);
  }
  EXPECT_EQ(state, State::kFailed);
  EXPECT_LT(received.size(), 20'000u);
}

TEST(RequestParserTest, SaysHowMuchIsMissing) {
  RequestParser parser;
  std::string received = "PUT / HTTP/1.1\r\nContent-Length: 10\r\n\r\n123";
  EXPECT_EQ(parser.missing(), 0u);
  ASSERT_EQ(parser.Parse(received), State::kBody);
  ASSERT_TRUE(parser.LimitBody(10));
  ASSERT_EQ(parser.Parse(received), State::kBody);
  EXPECT_EQ(parser.missing(), 7u);
}

}  // namespace
}  // namespace presences::gateway::http
