#include "server/gateway/http/request_handler.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/gateway/http/request_parser.h"
#include "tests/support/paths.h"
#include "tests/support/status_matchers.h"
#include "tests/support/table.h"
#include "tests/unit/gateway/http_fixture.h"

namespace presences::gateway::http {
namespace {

using ::presences::testing::BodyOf;
using ::presences::testing::HasReason;
using ::presences::testing::HeaderOf;
using ::presences::testing::HttpFixture;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class NullSink final : public hub::Sink {
  bool Write(hub::Frame) override { return true; }
  void End(const absl::Status&) override {}
  void Abort(const absl::Status&) override {}
};

// Keeps the answer.
class KeepingResponder final : public Responder {
 public:
  void Answer(ExchangePtr given) override { exchange = std::move(given); }
  std::shared_ptr<hub::Sink> OpenStream(transcode::StreamFormat) override {
    return std::make_shared<NullSink>();
  }
  void StartStream(ExchangePtr given, hub::SessionPtr session) override {
    exchange = std::move(given);
    session->Close();
  }

  ExchangePtr exchange;
};

struct Answered {
  absl::Status status;
  std::string text;  // as sent
};

class RequestHandlerTest : public ::testing::Test {
 protected:
  Answered Handle(const std::string& text, const Peer& peer = {"192.0.2.1", false}) {
    RequestParser parser;
    RequestParser::State state = parser.Parse(text);
    if (state == RequestParser::State::kBody && parser.LimitBody(text.size())) {
      state = parser.Parse(text);
    }
    EXPECT_EQ(state, RequestParser::State::kDone) << text;
    const auto responder = std::make_shared<KeepingResponder>();
    ExchangePtr exchange = fixture_.handler.Begin(parser.request(), peer);
    exchange->responder = responder;
    fixture_.handler.Handle(std::move(exchange));
    Answered answered;
    if (responder->exchange == nullptr) {
      ADD_FAILURE() << "not answered: " << text;
      return answered;
    }
    answered.status = responder->exchange->status;
    fixture_.handler.Render(*responder->exchange, /*keep_alive=*/true, &answered.text);
    responder->exchange.reset();  // it holds the responder
    return answered;
  }
  Answered Call(const std::string& row) { return Handle(fixture_.Request(row)); }

  // The status code, ETag and cache if there are any, the body.
  absl::StatusOr<std::string> Row(absl::string_view row) {
    const Answered answered = Call(std::string(row));
    if (!answered.status.ok()) return answered.status;
    std::string outcome = answered.text.substr(9, 3);
    for (const char* name : {"ETag", "X-Appwrite-Cache"}) {
      const std::string value = HeaderOf(answered.text, name);
      if (!value.empty()) absl::StrAppend(&outcome, " ", name, "=", value);
    }
    const std::string body = BodyOf(answered.text);
    return body.empty() ? outcome : absl::StrCat(outcome, " ", body);
  }

  HttpFixture fixture_;
};

TEST_F(RequestHandlerTest, ReadsTheTable) {
  testing::CheckTable(PRESENCES_TESTDATA "/http/calls.txt",
                      [this](absl::string_view row) { return Row(row); });
}

TEST_F(RequestHandlerTest, RefusesTheTable) {
  testing::CheckTable(PRESENCES_TESTDATA "/http/bad_calls.txt",
                      [this](absl::string_view row) { return Row(row); });
}

TEST_F(RequestHandlerTest, ErrorsAreNobodysToKeep) {
  const std::string answer = Call("GET /v1/presences/none").text;
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 404 Not Found\r\n"));
  EXPECT_EQ(HeaderOf(answer, "Cache-Control"), "no-cache, no-store, must-revalidate");
  EXPECT_EQ(HeaderOf(answer, "Expires"), "0");
  EXPECT_EQ(HeaderOf(answer, "Pragma"), "no-cache");
  EXPECT_EQ(HeaderOf(answer, "Content-Type"), "application/json; charset=UTF-8");
  EXPECT_THAT(BodyOf(answer), HasSubstr(R"("code":404,"type":"presence_not_found","version":")"));
}

TEST_F(RequestHandlerTest, EveryAnswerSaysWhoServes) {
  for (const char* row : {"GET /v1/presences", "GET /nowhere", "OPTIONS /", "GET /"}) {
    const std::string answer = Call(row).text;
    EXPECT_EQ(HeaderOf(answer, "Server"), "presenced");
    EXPECT_EQ(HeaderOf(answer, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(HeaderOf(answer, "Vary"), "Origin");
    EXPECT_EQ(HeaderOf(answer, "Date"), "Tue, 01 Jan 2030 00:00:00 GMT");
    EXPECT_EQ(HeaderOf(answer, "Access-Control-Allow-Credentials"), "true");
    EXPECT_THAT(HeaderOf(answer, "Access-Control-Allow-Headers"), HasSubstr("X-Appwrite-JWT"));
    EXPECT_EQ(HeaderOf(answer, "Access-Control-Allow-Origin"), "");
    EXPECT_THAT(answer, Not(HasSubstr("X-Debug")));
  }
}

TEST_F(RequestHandlerTest, AllowedOriginsAreEchoedOnErrorsToo) {
  for (const char* row : {"GET /v1/presences\\nOrigin: http://LOCALHOST:3000",
                          "GET /v1/presences/none\\nOrigin: http://LOCALHOST:3000",
                          "GET /nowhere\\nOrigin: http://LOCALHOST:3000"}) {
    EXPECT_EQ(HeaderOf(Call(row).text, "Access-Control-Allow-Origin"), "http://localhost:3000");
  }
}

TEST_F(RequestHandlerTest, OtherOriginsAreRefusedUnlessTheyHaveAKey) {
  const Answered refused = Call("GET /v1/presences\\nOrigin: https://evil.test");
  EXPECT_THAT(refused.status, HasReason(Reason::kGeneralUnknownOrigin, "https://evil.test"));
  EXPECT_EQ(HeaderOf(refused.text, "Access-Control-Allow-Origin"), "");
  const Answered with_key = Call("GET /v1/presences\\nas: server\\nOrigin: https://evil.test");
  EXPECT_TRUE(with_key.status.ok()) << with_key.status;
  EXPECT_EQ(HeaderOf(with_key.text, "Access-Control-Allow-Origin"), "");
}

TEST_F(RequestHandlerTest, APreflightIsAnsweredForAnyOriginAndPath) {
  for (const char* path : {"/v1/presences/p1", "/nowhere", "*"}) {
    const std::string answer =
        Call(absl::StrCat("OPTIONS ", path, "\\nOrigin: https://evil.test")).text;
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 204 No Content\r\n"));
    EXPECT_EQ(HeaderOf(answer, "Access-Control-Allow-Origin"), "https://evil.test");
    EXPECT_EQ(HeaderOf(answer, "Access-Control-Allow-Methods"), "GET, POST, PUT, PATCH, DELETE");
    EXPECT_EQ(HeaderOf(answer, "Access-Control-Max-Age"), "86400");
    EXPECT_EQ(HeaderOf(answer, "Content-Type"), "");
    EXPECT_EQ(BodyOf(answer), "");
  }
}

TEST_F(RequestHandlerTest, NoContentHasNoType) {
  Call("PUT /v1/presences/p1\\nas: alice\\n\\n{\"status\":\"on\"}");
  const std::string answer = Call("DELETE /v1/presences/p1\\nas: alice\\n\\n{}").text;
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 204 No Content\r\n"));
  EXPECT_EQ(HeaderOf(answer, "Content-Type"), "");
  EXPECT_EQ(HeaderOf(answer, "Content-Length"), "");
}

TEST_F(RequestHandlerTest, HeadIsGetWithoutTheBody) {
  Call("PUT /v1/presences/p1\\nas: alice\\n\\n{\"status\":\"on\"}");
  const std::string get = Call("GET /v1/presences/p1\\nas: alice\\nX-Request-Id: r").text;
  const std::string head = Call("HEAD /v1/presences/p1\\nas: alice\\nX-Request-Id: r").text;
  EXPECT_EQ(head, get.substr(0, get.find("\r\n\r\n") + 4));
  EXPECT_EQ(HeaderOf(head, "Content-Length"), absl::StrCat(BodyOf(get).size()));
}

TEST_F(RequestHandlerTest, HeadOfAStreamDoesNotBegin) {
  const std::string answer = Call("HEAD /v1/realtime/events?channels[]=presences").text;
  EXPECT_EQ(HeaderOf(answer, "Content-Type"), "text/event-stream");
  EXPECT_EQ(BodyOf(answer), "");
}

TEST_F(RequestHandlerTest, StreamsComeInTheFormThatIsAskedFor) {
  const std::string path = "GET /v1/realtime/events?channels[]=presences";
  const auto type = [&](const std::string& accept) {
    const std::string header = accept.empty() ? "" : "\\nAccept: " + accept;
    return HeaderOf(Call(path + header).text, "Content-Type");
  };
  EXPECT_EQ(type(""), "text/event-stream");
  EXPECT_EQ(type("*/*"), "text/event-stream");
  EXPECT_EQ(type("application/x-ndjson"), "application/x-ndjson");
  EXPECT_EQ(type("text/html, Application/X-NDJSON;q=0.5"), "application/x-ndjson");
  EXPECT_EQ(type("application/x-ndjson, text/event-stream"), "text/event-stream");
  const std::string answer = Call(path).text;
  EXPECT_EQ(HeaderOf(answer, "Transfer-Encoding"), "chunked");
  EXPECT_EQ(HeaderOf(answer, "Content-Length"), "");
  EXPECT_EQ(HeaderOf(answer, "Cache-Control"), "no-cache, no-store, must-revalidate");
}

TEST_F(RequestHandlerTest, HttpsIsToldToStay) {
  const std::string text = fixture_.Request("GET /");
  const auto header = [&](const std::string& request, const Peer& peer) {
    return HeaderOf(Handle(request, peer).text, "Strict-Transport-Security");
  };
  EXPECT_EQ(header(text, {"192.0.2.1", true}), "max-age=10886400");
  EXPECT_EQ(header(text, {"192.0.2.1", false}), "");
  const std::string forwarded = fixture_.Request("GET /\\nX-Forwarded-Proto: https");
  EXPECT_EQ(header(forwarded, {"10.0.0.1", false}), "max-age=10886400");
  EXPECT_EQ(header(forwarded, {"192.0.2.1", false}), "");
}

TEST_F(RequestHandlerTest, PagesAndTheDocumentAreServed) {
  const std::string page = Call("GET /").text;
  EXPECT_EQ(HeaderOf(page, "Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(BodyOf(page), "<p>console</p>");
  EXPECT_EQ(Call("POST /").status.ok(), false);
  const std::string document = Call("GET /v1/openapi.json").text;
  EXPECT_THAT(document, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(BodyOf(document), HasSubstr("\"/v1/presences/{presenceId}\""));
}

TEST_F(RequestHandlerTest, TheSocketIsForUpgradesOnly) {
  EXPECT_THAT(Call("GET /v1/realtime?project=demo").status,
              HasReason(Reason::kGeneralBadRequest, "Upgrade: websocket"));
  const std::string text =
      fixture_.Request("GET /v1//realtime/\\nConnection: keep-alive, Upgrade\\nUpgrade: WebSocket");
  RequestParser parser;
  ASSERT_EQ(parser.Parse(text), RequestParser::State::kDone);
  const Peer peer{"192.0.2.1", false};
  EXPECT_EQ(fixture_.handler.Begin(parser.request(), peer)->kind, Exchange::Kind::kUpgrade);
}

TEST_F(RequestHandlerTest, AnUpgradeSaysWhoAsks) {
  const std::string text = fixture_.Request(
      "GET /v1/realtime\\nConnection: Upgrade\\nUpgrade: websocket\\nOrigin: https://evil.test"
      "\\nCookie: a_session_demo=a.b.c\\nX-Forwarded-For: 8.8.8.8");
  RequestParser parser;
  ASSERT_EQ(parser.Parse(text), RequestParser::State::kDone);
  const Peer peer{"10.0.0.1", false};
  Upgrade upgrade;
  fixture_.handler.Describe(*fixture_.handler.Begin(parser.request(), peer), &upgrade);
  EXPECT_EQ(upgrade.client_address, "8.8.8.8");
  EXPECT_EQ(upgrade.credentials.project, "demo");
  EXPECT_EQ(upgrade.credentials.session, "a.b.c");
  EXPECT_FALSE(upgrade.origin_allowed);
}

TEST_F(RequestHandlerTest, BatchesMayBeLargerThanOtherBodies) {
  const auto limit = [&](const std::string& row) {
    const std::string text = fixture_.Request(row);
    RequestParser parser;
    parser.Parse(text);
    const Peer peer;
    return fixture_.handler.BodyLimit(*fixture_.handler.Begin(parser.request(), peer));
  };
  EXPECT_EQ(limit("PUT /v1/presences/p1"), std::size_t{1} << 20);
  EXPECT_EQ(limit("POST /v1/presences:batchUpsert"), std::size_t{8} << 20);
  EXPECT_EQ(limit("POST /nowhere"), std::size_t{1} << 20);
}

TEST_F(RequestHandlerTest, SaysWhenToTryAgain) {
  const std::string text = fixture_.Request("GET /v1/presences");
  RequestParser parser;
  parser.Parse(text);
  const Peer peer;
  const ExchangePtr exchange = fixture_.handler.Begin(parser.request(), peer);
  exchange->kind = Exchange::Kind::kRefused;
  exchange->status = MakeError(Reason::kGeneralRateLimitExceeded, "slower, please");
  SetRetryDelay(exchange->status, 1200);
  std::string answer;
  fixture_.handler.Render(*exchange, /*keep_alive=*/true, &answer);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 429 Too Many Requests\r\n"));
  EXPECT_EQ(HeaderOf(answer, "Retry-After"), "2");
}

TEST_F(RequestHandlerTest, WhatIsOursStaysInside) {
  const std::string text = fixture_.Request("GET /v1/presences");
  RequestParser parser;
  parser.Parse(text);
  const Peer peer;
  const ExchangePtr exchange = fixture_.handler.Begin(parser.request(), peer);
  exchange->kind = Exchange::Kind::kRefused;
  exchange->status = absl::InternalError("a secret of the house");
  std::string answer;
  fixture_.handler.Render(*exchange, /*keep_alive=*/true, &answer);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500"));
  EXPECT_THAT(answer, Not(HasSubstr("secret")));
}

TEST_F(RequestHandlerTest, CountsByRouteAndStatus) {
  const auto count = [&](const char* route, const char* code) {
    return fixture_.metrics.Value("presences_http_requests_total",
                                  {{"route", route}, {"code", code}});
  };
  Call("GET /v1/presences/p1");
  Call("GET /v1/presences/p2");
  Call("GET /nowhere");
  Call("OPTIONS /v1/presences");
  EXPECT_EQ(count("GET /v1/presences/{presence_id}", "404"), 2);
  EXPECT_EQ(count("unmatched", "404"), 1);
  EXPECT_EQ(count("preflight", "204"), 1);
  EXPECT_EQ(fixture_.metrics.Value("presences_http_request_duration_seconds",
                                   {{"route", "GET /v1/presences/{presence_id}"}}),
            2);
}

}  // namespace
}  // namespace presences::gateway::http
