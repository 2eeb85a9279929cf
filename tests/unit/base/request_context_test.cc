#include "server/base/request_context.h"

#include <string>

#include "gmock/gmock.h"

namespace presences {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

TEST(RequestIdTest, TakesWhatTheCallerSays) {
  for (const std::string& given :
       {std::string("a"), std::string("7b0e2a80-1c7b-4f3e-9b1a-0d4c4f6f2f11"),
        std::string("Root=1-67891233:abc/+~@._"), std::string(64, 'x')}) {
    RequestId id;
    EXPECT_TRUE(id.Take(given)) << given;
    EXPECT_EQ(id.text(), given);
    EXPECT_TRUE(id.is_given());
  }
}

TEST(RequestIdTest, MakesOneInPlaceOfWhatIsNone) {
  for (const std::string& given :
       {std::string(), std::string(65, 'x'), std::string("a b"), std::string("a\nb"),
        std::string("a\"b"), std::string("\xc3\xa4"), std::string("a\0b", 3), std::string("{}")}) {
    RequestId id;
    EXPECT_FALSE(id.Take(given)) << given;
    EXPECT_THAT(std::string(id.text()), MatchesRegex("[0-9a-f]{16}"));
    EXPECT_FALSE(id.is_given());
  }
}

TEST(RequestIdTest, IsMadeOnceAndUnlikeOthers) {
  const RequestId id;
  const std::string first(id.text());
  EXPECT_EQ(id.text(), first);
  EXPECT_NE(RequestId().text(), first);
}

TEST(RequestContextTest, NamesRequestAndTraceOnALine) {
  RequestContext context;
  context.id.Take("abc");
  LogRecord plain(LogLevel::kInfo, "m");
  context.AddTo(plain);
  EXPECT_THAT(plain.Text(), HasSubstr("\"request_id\":\"abc\""));
  EXPECT_THAT(plain.Text(), Not(HasSubstr("trace_id")));
  context.trace = StartTrace();
  LogRecord traced(LogLevel::kInfo, "m");
  context.AddTo(traced);
  EXPECT_THAT(traced.Text(), HasSubstr("\"trace_id\":\"" + TraceIdOf(context.trace->self)));
  EXPECT_THAT(traced.Text(), HasSubstr("\"span_id\":\"" + SpanIdOf(context.trace->self.span)));
}

}  // namespace
}  // namespace presences
