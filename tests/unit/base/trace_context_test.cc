#include "server/base/trace_context.h"

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/base/reason.h"
#include "tests/support/paths.h"
#include "tests/support/table.h"

namespace presences {
namespace {

constexpr char kParent[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(TraceContextTest, ReadsWhatTheStandardSays) {
  testing::CheckTable(PRESENCES_TESTDATA "/base/trace_parent.txt",
                      [](absl::string_view text) -> absl::StatusOr<std::string> {
                        const auto span = ParseTraceParent(text);
                        if (!span) return InvalidField("traceparent", "is none");
                        return absl::StrCat(TraceIdOf(*span), " ", SpanIdOf(span->span),
                                            span->sampled ? " sampled" : "");
                      });
}

TEST(TraceContextTest, PassesOnOnlyAState) {
  testing::CheckTable(PRESENCES_TESTDATA "/base/trace_state.txt",
                      [](absl::string_view text) -> absl::StatusOr<std::string> {
                        if (!IsTraceState(text)) return InvalidField("tracestate", "is none");
                        return std::string("yes");
                      });
}

TEST(TraceContextTest, ThirtyTwoMembersAndNoMore) {
  std::string state = "a0=1";
  for (int i = 1; i < 32; ++i) absl::StrAppend(&state, ",a", i, "=1");
  EXPECT_TRUE(IsTraceState(state));
  EXPECT_FALSE(IsTraceState(state + ",b=1"));
}

TEST(TraceContextTest, ASpanBelowKeepsTraceFlagAndState) {
  const TraceContext trace = ContinueTrace(*ParseTraceParent(kParent), "rojo=1");
  EXPECT_EQ(TraceIdOf(trace.self), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(SpanIdOf(trace.parent), "00f067aa0ba902b7");
  EXPECT_NE(trace.self.span, trace.parent);
  EXPECT_TRUE(trace.self.sampled);
  EXPECT_EQ(trace.state, "rojo=1");
  EXPECT_EQ(ContinueTrace(*ParseTraceParent(kParent), "no state").state, "");
  const std::string out = FormatTraceParent(trace.self);
  EXPECT_EQ(out,
            absl::StrCat("00-4bf92f3577b34da6a3ce929d0e0e4736-", SpanIdOf(trace.self.span), "-01"));
}

TEST(TraceContextTest, RootsAreSampledAndNeverAlike) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const TraceContext trace = StartTrace();
    EXPECT_TRUE(trace.self.sampled);
    EXPECT_EQ(trace.parent, 0u);
    EXPECT_TRUE(ParseTraceParent(FormatTraceParent(trace.self)));
    seen.insert(TraceIdOf(trace.self));
    seen.insert(SpanIdOf(trace.self.span));
  }
  EXPECT_EQ(seen.size(), 2000u);
}

}  // namespace
}  // namespace presences
