// Numbers: one value has one form, and comparison is exact.
#include "server/core/filter_value.h"

#include <cstdint>
#include <limits>
#include <vector>

#include "gtest/gtest.h"
#include "server/core/filter_socket.h"

namespace presences {
namespace {

constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

TEST(FilterValueTest, AWholeDoubleIsAnInteger) {
  EXPECT_TRUE(Number::Of(1.0).whole);
  EXPECT_EQ(Number::Of(-0.0).integer, 0);
  EXPECT_EQ(Number::Of(-9223372036854775808.0).integer, kMin);
  EXPECT_FALSE(Number::Of(9223372036854775808.0).whole);
  EXPECT_FALSE(Number::Of(0.5).whole);
  EXPECT_FALSE(Number::Of(std::numeric_limits<double>::infinity()).whole);
}

TEST(FilterValueTest, ComparesExactly) {
  const std::vector<Number> ascending = {
      Number::Of(-std::numeric_limits<double>::infinity()),
      Number::Of(-9223372036854777856.0),
      Number::Of(kMin),
      Number::Of(kMin + 1),
      Number::Of(-1.5),
      Number::Of(std::int64_t{-1}),
      Number::Of(-0.5),
      Number::Of(0.0),
      Number::Of(0.5),
      Number::Of(std::int64_t{1}),
      Number::Of(4503599627370495.5),
      Number::Of(std::int64_t{4503599627370496}),
      Number::Of(std::int64_t{9007199254740992}),
      Number::Of(std::int64_t{9007199254740993}),
      Number::Of(kMax),
      Number::Of(9223372036854775808.0),
      Number::Of(std::numeric_limits<double>::infinity()),
  };
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    for (std::size_t j = 0; j < ascending.size(); ++j) {
      const int expected = i < j ? -1 : (i > j ? 1 : 0);
      EXPECT_EQ(Compare(ascending[i], ascending[j]), expected) << i << " " << j;
    }
  }
}

TEST(FilterValueTest, WritesNumbersShortest) {
  EXPECT_EQ(NumberText(Number::Of(1.0)), "1");
  EXPECT_EQ(NumberText(Number::Of(0.1)), "0.1");
  EXPECT_EQ(NumberText(Number::Of(kMin)), "-9223372036854775808");
  EXPECT_EQ(NumberText(Number::Of(1e300)), "1e+300");
  EXPECT_EQ(NumberText(Number::Of(5e-324)), "5e-324");
}

TEST(FilterValueTest, TellsNumericTextFromOtherText) {
  for (const char* text : {"1", "-1", "+1", "1.5", ".5", "5.", "1e3", " 7 ", "007"}) {
    EXPECT_TRUE(NumericText(text).has_value()) << text;
  }
  for (const char* text : {"", " ", "+", ".", "1a", "a1", "inf", "nan", "-inf", "0x10", "1 2",
                           "--1", "+-1", "2030-01-01"}) {
    EXPECT_FALSE(NumericText(text).has_value()) << text;
  }
  EXPECT_EQ(Compare(*NumericText("9007199254740993"), *NumericText("9007199254740992")), 1);
}

}  // namespace
}  // namespace presences
