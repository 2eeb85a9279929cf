#include "server/service/request_log.h"

#include <unistd.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "server/base/reason.h"
#include "tests/support/counting_metrics.h"
#include "tests/support/fake_clock.h"

namespace presences::service {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kSampled[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
constexpr char kUnsampled[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

class RequestLogTest : public ::testing::Test {
 protected:
  RequestLogTest() {
    user_.kind = auth::Principal::Kind::kUser;
    user_.caller.user_id = "alice";
    user_.credential_id = "main";
    key_.kind = auth::Principal::Kind::kKey;
    key_.credential_id = "backend";
    key_.project = 1;
  }
  ~RequestLogTest() override { SetLogLevel(LogLevel::kInfo); }

  RequestContext Context(absl::string_view id = "req", absl::string_view parent = "",
                         absl::string_view state = "") {
    RequestContext context;
    log_.Begin(id, parent, state, context);
    return context;
  }

  // The lines that a finished request leaves.
  std::vector<std::string> Write(const absl::Status& status, milliseconds took,
                                 const RequestContext& context,
                                 const auth::Principal* principal = nullptr,
                                 bool is_stream = false) {
    ::testing::internal::CaptureStderr();
    const bool quiet = log_.IsQuiet(context, status, took, is_stream);
    log_.Write({.surface = Surface::kHttp,
                .call = "PUT /v1/presences/{presence_id}",
                .context = context,
                .status = status,
                .took = took,
                .is_stream = is_stream,
                .principal = principal,
                .project = "shop",
                .client = "192.0.2.1"});
    const std::vector<std::string> lines =
        absl::StrSplit(::testing::internal::GetCapturedStderr(), '\n', absl::SkipEmpty());
    EXPECT_TRUE(!quiet || lines.empty()) << "what IsQuiet leaves out is never written";
    return lines;
  }

  double Denied(const std::string& reason) {
    return metrics_.Value("presences_denied_total", {{"surface", "http"}, {"reason", reason}});
  }
  double Slow() { return metrics_.Value("presences_slow_requests_total", {{"surface", "http"}}); }

  const absl::Status ok_ = absl::OkStatus();
  const absl::Status denied_ = MakeError(Reason::kUserUnauthorized, "not yours");
  testing::FakeClock clock_;
  testing::CountingMetrics metrics_;
  RequestLog log_{{"demo", "shop"}, clock_, metrics_};
  auth::Principal user_;
  auth::Principal key_;
};

TEST_F(RequestLogTest, WhatIsFineAndQuickIsNotTold) {
  EXPECT_TRUE(log_.IsQuiet(Context(), ok_, milliseconds(999)));
  EXPECT_THAT(Write(ok_, milliseconds(999), Context()), IsEmpty());
  EXPECT_THAT(Write(InvalidField("status", "is required"), milliseconds(1), Context()), IsEmpty());
}

TEST_F(RequestLogTest, ADeniedCallSaysWhoWhatAndWhy) {
  EXPECT_THAT(Write(denied_, milliseconds(1), Context("r-1"), &user_),
              ElementsAre(AllOf(
                  HasSubstr("\"level\":\"warning\",\"message\":\"denied\",\"stream\":\"audit\","
                            "\"surface\":\"http\",\"call\":\"PUT /v1/presences/{presence_id}\","
                            "\"code\":\"PERMISSION_DENIED\",\"reason\":\"USER_UNAUTHORIZED\""),
                  HasSubstr("\"caller\":\"user\",\"user_id\":\"alice\",\"token_id\":\"main\""),
                  HasSubstr("\"project\":\"demo\",\"client\":\"192.0.2.1\",\"request_id\":\"r-1\""),
                  HasSubstr("\"detail\":\"not yours\""))));
  EXPECT_EQ(Denied("USER_UNAUTHORIZED"), 1);
}

TEST_F(RequestLogTest, WhatIsDenied) {
  for (const Reason reason :
       {Reason::kUserJwtInvalid, Reason::kUserUnauthenticated, Reason::kProjectKeyExpired,
        Reason::kGeneralUnknownOrigin, Reason::kProjectNotFound, Reason::kGeneralUnauthorizedScope,
        Reason::kUserJwtAndCookieSet}) {
    EXPECT_THAT(Write(MakeError(reason, "m"), milliseconds(1), Context()),
                ElementsAre(HasSubstr("\"caller\":\"unknown\",\"project\":\"shop\"")))
        << RowOf(reason).name;
  }
  for (const Reason reason :
       {Reason::kPresenceNotFound, Reason::kGeneralRateLimitExceeded,
        Reason::kGeneralStorageUnavailable, Reason::kPresenceRevisionMismatch}) {
    EXPECT_THAT(Write(MakeError(reason, "m"), milliseconds(1), Context()), IsEmpty())
        << RowOf(reason).name;
  }
}

TEST_F(RequestLogTest, AFloodOfDeniedCallsIsCountedNotTold) {
  std::size_t lines = 0;
  for (int i = 0; i < 500; ++i) lines += Write(denied_, milliseconds(1), Context()).size();
  EXPECT_EQ(lines, 100u);
  EXPECT_EQ(Denied("USER_UNAUTHORIZED"), 500);
  clock_.Advance(milliseconds(1000));
  EXPECT_THAT(Write(denied_, milliseconds(1), Context()),
              ElementsAre(HasSubstr("\"suppressed\":400")));
  EXPECT_THAT(Write(denied_, milliseconds(1), Context()),
              ElementsAre(Not(HasSubstr("suppressed"))));
}

TEST_F(RequestLogTest, AuditMayHaveAFile) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  log_.Apply({.audit = std::make_shared<LogOutput>(ends[1])});
  SetLogLevel(LogLevel::kError);
  EXPECT_THAT(Write(denied_, milliseconds(1), Context(), &key_), IsEmpty());
  std::string text(4096, '\0');
  text.resize(static_cast<std::size_t>(::read(ends[0], text.data(), text.size())));
  EXPECT_THAT(text, AllOf(HasSubstr("\"caller\":\"key\",\"key_id\":\"backend\""),
                          HasSubstr("\"project\":\"shop\"")));
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_F(RequestLogTest, SlowCallsAreToldAndCounted) {
  EXPECT_THAT(Write(ok_, milliseconds(1000), Context(), &user_),
              ElementsAre(AllOf(HasSubstr("\"stream\":\"slow\""), HasSubstr("\"code\":\"OK\""),
                                HasSubstr("\"duration_ms\":1000"))));
  EXPECT_EQ(Slow(), 1);
  EXPECT_THAT(Write(ok_, milliseconds(90'000), Context(), &user_, /*is_stream=*/true), IsEmpty());
  EXPECT_EQ(Slow(), 1);
  std::size_t lines = 0;
  for (int i = 0; i < 50; ++i) lines += Write(ok_, milliseconds(1500), Context()).size();
  EXPECT_EQ(lines, 9u) << "ten a second, and one was";
  EXPECT_EQ(Slow(), 51);
}

TEST_F(RequestLogTest, TheThresholdCanBeChangedAndSwitchedOff) {
  log_.Apply({.slow_request = milliseconds(5)});
  EXPECT_THAT(Write(ok_, milliseconds(5), Context()), SizeIs(1));
  log_.Apply({.slow_request = milliseconds(0)});
  EXPECT_THAT(Write(ok_, milliseconds(3'600'000), Context()), IsEmpty());
}

TEST_F(RequestLogTest, ASampledCallerGetsItsSpan) {
  const RequestContext context = Context("r", kSampled, "rojo=1");
  EXPECT_THAT(Write(ok_, milliseconds(2), context, &user_),
              ElementsAre(AllOf(HasSubstr("\"stream\":\"trace\""),
                                HasSubstr("\"trace_id\":\"4bf92f3577b34da6a3ce929d0e0e4736\""),
                                HasSubstr("\"parent_span_id\":\"00f067aa0ba902b7\""),
                                HasSubstr("\"tracestate\":\"rojo=1\""),
                                HasSubstr("\"start\":\"2029-12-31T23:59:59.998000Z\""))));
  EXPECT_THAT(Write(ok_, milliseconds(2), Context("r", kUnsampled), &user_), IsEmpty());
}

TEST_F(RequestLogTest, LinesOfAnUnsampledTraceNameItToo) {
  EXPECT_THAT(Write(denied_, milliseconds(1), Context("r", kUnsampled)),
              ElementsAre(HasSubstr("\"trace_id\":\"4bf92f3577b34da6a3ce929d0e0e4736\"")));
}

TEST_F(RequestLogTest, RootsAreSampledByTheRatio) {
  const auto sampled = [this] {
    int count = 0;
    for (int i = 0; i < 1000; ++i) count += Context().is_sampled() ? 1 : 0;
    return count;
  };
  EXPECT_EQ(sampled(), 0);
  log_.Apply({.trace_sample_ratio = 1});
  EXPECT_EQ(sampled(), 1000);
  EXPECT_FALSE(Context("r", kUnsampled).is_sampled()) << "the parent decides";
  log_.Apply({.trace_sample_ratio = 0.5});
  const int half = sampled();
  EXPECT_GT(half, 350);
  EXPECT_LT(half, 650);
}

TEST_F(RequestLogTest, DebugTellsEveryCall) {
  SetLogLevel(LogLevel::kDebug);
  EXPECT_THAT(Write(ok_, milliseconds(1), Context(), &key_),
              ElementsAre(AllOf(HasSubstr("\"stream\":\"access\""), HasSubstr("\"code\":\"OK\""))));
}

TEST_F(RequestLogTest, WhatFailsForAReasonOfOursIsAnError) {
  EXPECT_THAT(Write(absl::InternalError("out of luck"), milliseconds(1), Context("r-2")),
              ElementsAre(AllOf(HasSubstr("\"level\":\"error\""), HasSubstr("out of luck"),
                                HasSubstr("\"request_id\":\"r-2\""))));
  EXPECT_THAT(Write(absl::CancelledError("gone"), milliseconds(1), Context()), IsEmpty());
}

TEST_F(RequestLogTest, NoneSaysNothing) {
  ::testing::internal::CaptureStderr();
  const RequestContext context;
  RequestLog::None().Write({.context = context, .status = denied_});
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace presences::service
