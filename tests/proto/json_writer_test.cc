#include "proto/runtime/json_writer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace presences::transcode {
namespace {

template <typename Write>
std::string Written(Write write) {
  std::string text;
  JsonWriter out(&text);
  write(out);
  return text;
}

TEST(JsonWriterTest, PutsCommasBetweenValuesOnly) {
  EXPECT_EQ(Written([](JsonWriter& out) {
              out.BeginObject();
              out.Key("a");
              out.BeginArray();
              out.Int(-1);
              out.BeginObject();
              out.EndObject();
              out.BeginArray();
              out.EndArray();
              out.Null();
              out.EndArray();
              out.Key("b");
              out.Bool(true);
              out.EscapedKey("c\"");
              out.Raw("{\"x\":1}");
              out.EndObject();
            }),
            R"({"a":[-1,{},[],null],"b":true,"c\"":{"x":1}})");
}

TEST(JsonWriterTest, EscapesWhatMustBeAndKeepsUtf8) {
  const struct {
    std::string value;
    const char* json;
  } kCases[] = {
      {"", R"("")"},
      {"online", R"("online")"},
      {"a\"b\\c/d", R"("a\"b\\c/d")"},
      {"\b\f\n\r\t", R"("\b\f\n\r\t")"},
      {std::string("\0\x01\x1f\x7f", 4), "\"\\u0000\\u0001\\u001f\x7f\""},
      {"grün 漢字 🎉", "\"grün 漢字 🎉\""},
      {"\"", R"("\"")"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Written([&](JsonWriter& out) { out.String(c.value); }), c.json);
  }
}

TEST(JsonWriterTest, KeepsSixtyFourBits) {
  EXPECT_EQ(Written([](JsonWriter& out) { out.Int(std::numeric_limits<std::int64_t>::min()); }),
            "-9223372036854775808");
  EXPECT_EQ(Written([](JsonWriter& out) { out.Uint(std::numeric_limits<std::uint64_t>::max()); }),
            "18446744073709551615");
}

TEST(JsonWriterTest, WritesDoublesShortAndTheUnspeakableAsText) {
  EXPECT_EQ(Written([](JsonWriter& out) { out.Double(0.1); }), "0.1");
  EXPECT_EQ(Written([](JsonWriter& out) { out.Double(1e300); }), "1e+300");
  EXPECT_EQ(Written([](JsonWriter& out) { out.Double(std::nan("")); }), R"("NaN")");
  EXPECT_EQ(Written([](JsonWriter& out) { out.Double(-HUGE_VAL); }), R"("-Infinity")");
}

TEST(JsonWriterTest, WritesTimestampsAndInlineObjects) {
  EXPECT_EQ(Written([](JsonWriter& out) {
              out.Timestamp({1, 2'000'000});
            }),
            R"("1970-01-01T00:00:01.002+00:00")");
  EXPECT_EQ(Written([](JsonWriter& out) { out.InlineObject(""); }), "{}");
  EXPECT_EQ(Written([](JsonWriter& out) { out.InlineObject(R"({"b":{},"a":[]})"); }),
            R"({"b":{},"a":[]})");
}

}  // namespace
}  // namespace presences::transcode
