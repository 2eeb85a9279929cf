#include "proto/runtime/json_reader.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace presences::transcode {
namespace {

// Reads `{"v":<value>}` with `read`; answers "<field>: <message>", or "" if it went well.
template <typename Take>
std::string ReadValue(absl::string_view value, Take take) {
  const auto error = JsonReader::Read(absl::StrCat("{\"v\":", value, "}"), [&](JsonReader& in) {
    return in.Object([&](absl::string_view) { return take(in); });
  });
  return error.has_value() ? absl::StrCat(error->field, ": ", error->message) : "";
}

bool IsWellFormed(absl::string_view text) {
  return !JsonReader::Read(text, [](JsonReader& in) {
            return in.Object([&](absl::string_view) { return in.Skip(); });
          }).has_value();
}

TEST(JsonReaderTest, DecodesKeysAndStrings) {
  std::vector<std::string> seen;
  const auto error = JsonReader::Read(R"( { "\u0024id" : "a\"\n\u00fc\ud83c\udf89" , "b":"" } )",
                                      [&](JsonReader& in) {
                                        return in.Object([&](absl::string_view key) {
                                          std::string value;
                                          const bool ok = in.String(&value);
                                          seen.push_back(absl::StrCat(key, "=", value));
                                          return ok;
                                        });
                                      });
  EXPECT_FALSE(error.has_value());
  EXPECT_EQ(seen, (std::vector<std::string>{"$id=a\"\nü🎉", "b="}));
}

TEST(JsonReaderTest, CountsNothingAsEmptyObject) {
  for (const char* text : {"", " ", "\r\n\t "}) {
    EXPECT_FALSE(JsonReader::Read(text, [](JsonReader&) { return false; }).has_value());
  }
}

TEST(JsonReaderTest, WantsAnObjectOutside) {
  for (const char* text : {"[]", "[1]", "\"x\"", "1", "null", "true"}) {
    const auto error = JsonReader::Read(text, [](JsonReader& in) { return in.Skip(); });
    ASSERT_TRUE(error.has_value()) << text;
    EXPECT_EQ(error->field, "") << text;
    EXPECT_EQ(error->message.rfind("expects a JSON object, not ", 0), 0u) << error->message;
  }
}

TEST(JsonReaderTest, NamesThePathOfAFailure) {
  const auto error = JsonReader::Read(R"({"a":1,"list":[{"b":"x"},{"b":2}]})", [](JsonReader& in) {
    return in.Object([&](absl::string_view key) {
      if (key == "a") return in.Skip();
      return in.Array([&] {
        return in.Object([&](absl::string_view) {
          std::string ignored;
          return in.String(&ignored);
        });
      });
    });
  });
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->field, "list[1].b");
  EXPECT_EQ(error->message, "expects a string, not a number");
}

TEST(JsonReaderTest, RefusesBrokenJsonAlsoWhereNobodyReads) {
  for (const char* text : {"{",
                           "}",
                           "{\"a\"",
                           "{\"a\":",
                           "{\"a\":}",
                           "{\"a\":1",
                           "{\"a\":1,",
                           "{\"a\":1,}",
                           "{,\"a\":1}",
                           "{\"a\" 1}",
                           "{a:1}",
                           "{'a':1}",
                           "{\"a\":1 \"b\":2}",
                           "{\"a\":1}}",
                           "{\"a\":1}{}",
                           "{\"a\":1} x",
                           "{} []",
                           "{\"a\":[1,]}",
                           "{\"a\":[1 2]}",
                           "{\"a\":[}",
                           "{\"a\":{]}",
                           "{\"a\":tru}",
                           "{\"a\":truex}",
                           "{\"a\":nul}",
                           "{\"a\":nullx}",
                           "{\"a\":01}",
                           "{\"a\":1.}",
                           "{\"a\":.5}",
                           "{\"a\":+1}",
                           "{\"a\":1e}",
                           "{\"a\":-}",
                           "{\"a\":0x1}",
                           "{\"a\":NaN}",
                           "{\"a\":1a}",
                           "{\"a\":\"\\x\"}",
                           "{\"a\":\"\\u12\"}",
                           "{\"a\":\"\n\"}",
                           "{\"a\":\"x}",
                           "{\"\\q\":1}",
                           "{\"a\":\"\xff\"}",
                           "{\"a\":\"\xc0\xaf\"}",
                           "{\"a\":\"\\ud800\"}",
                           "{\"a\":1e400}",
                           "{\"a\":{\"b\":[{\"c\":1.}]}}",
                           "nul",
                           "\xef\xbb"}) {
    EXPECT_FALSE(IsWellFormed(text)) << text;
  }
}

TEST(JsonReaderTest, BoundsTheDepth) {
  const auto nested = [](int depth) {
    return "{\"a\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  EXPECT_TRUE(IsWellFormed(nested(JsonReader::kMaxDepth - 1)));
  EXPECT_FALSE(IsWellFormed(nested(JsonReader::kMaxDepth)));
  EXPECT_FALSE(IsWellFormed(nested(100'000)));
}

// Breaks good texts at random and compares the verdict with that of simdjson's own tree parser.
TEST(JsonReaderTest, AgreesWithATreeParser) {
  const std::string kGood =
      R"({"$id":"a","n":[1,-2.5e3,0,true,false,null,{}],"o":{"x":{"y":[[],[""]]},"\u00e9":"é\n"}})";
  static constexpr char kBytes[] = "{}[]\",:0129-+.eE\\untrfals \n\xc3\x01";
  std::mt19937 random(20261125);
  simdjson::dom::parser parser;
  int good = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = kGood;
    for (unsigned edits = random() % 3 + 1; edits > 0; --edits) {
      const std::size_t at = random() % text.size();
      const char byte = kBytes[random() % (sizeof(kBytes) - 1)];
      switch (random() % 3) {
        case 0:
          text[at] = byte;
          break;
        case 1:
          text.insert(at, 1, byte);
          break;
        default:
          text.erase(at, 1);
      }
    }
    const auto parsed = parser.parse(text);
    if (parsed.error() == simdjson::SUCCESS && !parsed.is_object()) continue;
    if (text.find_first_not_of(" \n") == std::string::npos) continue;
    good += parsed.error() == simdjson::SUCCESS ? 1 : 0;
    ASSERT_EQ(IsWellFormed(text), parsed.error() == simdjson::SUCCESS)
        << text << "\n"
        << simdjson::error_message(parsed.error());
  }
  EXPECT_GT(good, 1000);
}

TEST(JsonReaderTest, TellsNullFromOtherValues) {
  bool null = false;
  EXPECT_EQ(ReadValue("null", [&](JsonReader& in) { return null = in.Null(); }), "");
  EXPECT_TRUE(null);
  std::string text;
  EXPECT_EQ(ReadValue("\"x\"", [&](JsonReader& in) { return in.Null() || in.String(&text); }), "");
  EXPECT_EQ(text, "x");
  EXPECT_EQ(
      ReadValue("[null]",
                [&](JsonReader& in) { return in.Null() || in.Array([&] { return in.Null(); }); }),
      "");
  EXPECT_EQ(ReadValue("{}", [&](JsonReader& in) { return in.Null() || in.Skip(); }), "");
}

TEST(JsonReaderTest, ReadsIntegers) {
  const struct {
    const char* json;
    std::int64_t value;
    const char* error;
  } kCases[] = {
      {"0", 0, ""},
      {"-7", -7, ""},
      {"9223372036854775807", INT64_MAX, ""},
      {"-9223372036854775808", INT64_MIN, ""},
      {"\"9223372036854775807\"", INT64_MAX, ""},
      {"1.0", 1, ""},
      {"1e3", 1000, ""},
      {"9223372036854775808", 0, "v: expects a 64-bit integer"},
      {"1.5", 0, "v: expects a 64-bit integer"},
      {"\"1.5\"", 0, "v: expects a 64-bit integer"},
      {"\"\"", 0, "v: expects a 64-bit integer"},
      {"true", 0, "v: expects a 64-bit integer, not a boolean"},
      {"[1]", 0, "v: expects a 64-bit integer, not a list"},
      {"null", 0, "v: expects a 64-bit integer, not null"},
  };
  for (const auto& c : kCases) {
    std::int64_t value = 0;
    EXPECT_EQ(ReadValue(c.json, [&](JsonReader& in) { return in.Int64(&value); }), c.error)
        << c.json;
    if (*c.error == '\0') {
      EXPECT_EQ(value, c.value) << c.json;
    }
  }
  std::uint64_t large = 0;
  EXPECT_EQ(ReadValue("18446744073709551615", [&](JsonReader& in) { return in.Uint64(&large); }),
            "");
  EXPECT_EQ(large, UINT64_MAX);
  std::int32_t small = 0;
  EXPECT_NE(ReadValue("2147483648", [&](JsonReader& in) { return in.Int32(&small); }), "");
  std::uint32_t natural = 0;
  EXPECT_NE(ReadValue("-1", [&](JsonReader& in) { return in.Uint32(&natural); }), "");
}

TEST(JsonReaderTest, ReadsBooleansStrictlyOrLoosely) {
  const struct {
    const char* json;
    int strict;  // -1: refused
    int loose;
  } kCases[] = {
      {"true", 1, 1},   {"false", 0, 0},     {"\"true\"", -1, 1}, {"\"false\"", -1, 0},
      {"\"1\"", -1, 1}, {"\"0\"", -1, 0},    {"1", -1, 1},        {"0", -1, 0},
      {"2", -1, -1},    {"\"yes\"", -1, -1}, {"\"\"", -1, -1},    {"1.5", -1, -1},
      {"null", -1, -1}, {"[]", -1, -1},      {"{}", -1, -1},      {"\"TRUE\"", -1, -1},
  };
  for (const auto& c : kCases) {
    bool value = false;
    const bool strict = ReadValue(c.json, [&](JsonReader& in) { return in.Bool(&value); }).empty();
    EXPECT_EQ(strict ? value : -1, c.strict) << c.json;
    const bool loose =
        ReadValue(c.json, [&](JsonReader& in) { return in.LooseBool(&value); }).empty();
    EXPECT_EQ(loose ? value : -1, c.loose) << c.json;
  }
}

TEST(JsonReaderTest, KeepsAnInlineObjectAsItIsWritten) {
  const struct {
    const char* json;
    const char* text;
    const char* error;
  } kCases[] = {
      {"{}", "{}", ""},
      {" { \"b\" : 1 , \"a\":[ ] } ", "{ \"b\" : 1 , \"a\":[ ] }", ""},
      {R"({"z":{},"a":9223372036854775807,"d":1.0})", R"({"z":{},"a":9223372036854775807,"d":1.0})",
       ""},
      {R"({"s":"\u00fc}\""})", R"({"s":"\u00fc}\""})", ""},
      {"[]", "{}", ""},
      {"[ ]", "{}", ""},
      {"[1]", "", "v[0]: expects no element: this is to be an object"},
      {"\"{}\"", "", "v: expects an object, not a string"},
      {"5", "", "v: expects an object, not a number"},
      {"null", "", "v: expects an object, not null"},
      {R"({"a":{"b":1e400}})", "", "v.a.b: expects a number that a double can hold"},
  };
  for (const auto& c : kCases) {
    std::string text;
    EXPECT_EQ(ReadValue(c.json, [&](JsonReader& in) { return in.InlineObject(&text); }), c.error)
        << c.json;
    EXPECT_EQ(text, c.text) << c.json;
  }
}

TEST(JsonReaderTest, GoesOnAfterAnInlineObject) {
  std::string object;
  std::string after;
  const auto error = JsonReader::Read(R"({"m":{"a":{"b":[]}} , "s":"x"})", [&](JsonReader& in) {
    return in.Object([&](absl::string_view key) {
      return key == "m" ? in.InlineObject(&object) : in.String(&after);
    });
  });
  EXPECT_FALSE(error.has_value());
  EXPECT_EQ(object, R"({"a":{"b":[]}})");
  EXPECT_EQ(after, "x");
}

TEST(JsonReaderTest, ReadsDatesAndNames) {
  Moment moment;
  EXPECT_EQ(ReadValue("\"2026-11-01\"", [&](JsonReader& in) { return in.Timestamp(&moment); }), "");
  EXPECT_EQ(moment.seconds, 1793491200);
  EXPECT_EQ(ReadValue("\"soon\"", [&](JsonReader& in) { return in.Timestamp(&moment); }),
            "v: expects a date such as 2027-01-31T12:00:00.000+00:00");
  EXPECT_EQ(ReadValue("12", [&](JsonReader& in) { return in.Timestamp(&moment); }),
            "v: expects a date, not a number");

  static constexpr EnumName kNames[] = {{"UP", 3}, {"DIRECTION_UP", 3}};
  int value = 0;
  EXPECT_EQ(ReadValue("\"UP\"", [&](JsonReader& in) { return in.Enum(kNames, &value); }), "");
  EXPECT_EQ(value, 3);
  EXPECT_EQ(ReadValue("3", [&](JsonReader& in) { return in.Enum(kNames, &value); }), "");
  EXPECT_NE(ReadValue("\"DOWN\"", [&](JsonReader& in) { return in.Enum(kNames, &value); }), "");
  EXPECT_NE(ReadValue("4", [&](JsonReader& in) { return in.Enum(kNames, &value); }), "");
}

TEST(JsonReaderTest, ReadsOneTextAfterAnother) {
  EXPECT_FALSE(IsWellFormed("{\"a\":"));
  EXPECT_TRUE(IsWellFormed("{\"a\":\"" + std::string(3'000'000, 'x') + "\"}"));
  EXPECT_TRUE(IsWellFormed("{\"a\":1}"));
}

}  // namespace
}  // namespace presences::transcode
