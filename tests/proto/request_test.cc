#include "proto/runtime/request.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace presences::transcode {
namespace {

RequestParts Parts(absl::Span<const absl::string_view> path, absl::string_view query,
                   absl::string_view body, bool form,
                   std::function<absl::string_view(absl::string_view)> header) {
  return RequestParts{path, query, body, form, std::move(header)};
}

// Reads `value` as one parameter "v" with `take`; answers the message, or "" if it went well.
template <typename Take>
std::string ReadText(absl::string_view value, Take take) {
  ParamReader in("v", value, false);
  return take(in) ? "" : in.error().message;
}

TEST(RequestReaderTest, StopsAtTheFirstFailure) {
  const std::vector<absl::string_view> path = {"%zz", "b"};
  const RequestParts parts = Parts(path, "", "", false, nullptr);
  RequestReader in(parts);
  in.Path(0, "first", [](ParamReader&) { return true; });
  in.Path(1, "second", [](ParamReader&) -> bool { throw "not reached"; });
  in.Query([](ParamReader&) -> bool { throw "not reached"; });
  in.Header("H", [](ParamReader&) -> bool { throw "not reached"; });
  in.Body([](JsonReader&) -> bool { throw "not reached"; },
          [](ParamReader&) -> bool { throw "not reached"; });
  ASSERT_TRUE(in.error().has_value());
  EXPECT_EQ(in.error()->field, "first");
}

TEST(RequestReaderTest, DecodesThePathOnceAndKeepsItsPlus) {
  const std::vector<absl::string_view> path = {"a%2Bb+%2525"};
  const RequestParts parts = Parts(path, "", "", false, nullptr);
  RequestReader in(parts);
  std::string value;
  in.Path(0, "id", [&](ParamReader& p) { return p.String(&value); });
  EXPECT_FALSE(in.error().has_value());
  EXPECT_EQ(value, "a+b+%25");
}

TEST(RequestReaderTest, ReadsAFormInsteadOfJson) {
  const RequestParts parts = Parts({}, "", "status=on+line&x[]=1", true, nullptr);
  RequestReader in(parts);
  std::string seen;
  in.Body([](JsonReader&) { return false; },
          [&](ParamReader& p) {
            std::string value;
            const bool ok = p.String(&value);
            absl::StrAppend(&seen, p.name(), p.Single() ? "=" : "[]=", value, ";");
            return ok;
          });
  EXPECT_FALSE(in.error().has_value());
  EXPECT_EQ(seen, "status=on line;x[]=1;");
}

TEST(RequestReaderTest, PassesOverAnAbsentHeader) {
  const RequestParts parts = Parts({}, "", "", false, [](absl::string_view name) {
    return name == "If-Match" ? absl::string_view("\"12\"") : absl::string_view();
  });
  RequestReader in(parts);
  std::int64_t revision = 0;
  in.Header("If-None-Match", [](ParamReader& p) { return p.Fail("not reached"); });
  in.Header("If-Match", [&](ParamReader& p) { return p.EntityTag(&revision); });
  EXPECT_FALSE(in.error().has_value());
  EXPECT_EQ(revision, 12);
}

TEST(RequestReaderTest, RefusesAHeaderThatIsNotUtf8) {
  const RequestParts parts = Parts({}, "", "", false, [](absl::string_view) { return "\xff"; });
  RequestReader in(parts);
  in.Header("Last-Event-ID", [](ParamReader&) { return true; });
  ASSERT_TRUE(in.error().has_value());
  EXPECT_EQ(in.error()->field, "Last-Event-ID");
}

TEST(ParamReaderTest, ReadsEntityTags) {
  const struct {
    const char* text;
    std::int64_t value;  // -1: refused
  } kCases[] = {{"\"12\"", 12}, {"12", 12},   {"W/\"12\"", 12}, {" \"0\" ", 0},       {"*", -1},
                {"\"12", -1},   {"12\"", -1}, {"\"a\"", -1},    {"\"1\", \"2\"", -1}, {"\"", -1}};
  for (const auto& c : kCases) {
    std::int64_t value = -1;
    const auto error = ReadText(c.text, [&](ParamReader& in) { return in.EntityTag(&value); });
    EXPECT_EQ(error.empty() ? value : -1, c.value) << c.text;
  }
}

TEST(ParamReaderTest, ReadsScalars) {
  bool flag = false;
  for (const char* text : {"true", "1"}) {
    EXPECT_EQ(ReadText(text, [&](ParamReader& in) { return in.Bool(&flag); }), "");
    EXPECT_TRUE(flag);
  }
  for (const char* text : {"false", "0"}) {
    EXPECT_EQ(ReadText(text, [&](ParamReader& in) { return in.Bool(&flag); }), "");
    EXPECT_FALSE(flag);
  }
  for (const char* text : {"", "yes", "2", "True", "null"}) {
    EXPECT_EQ(ReadText(text, [&](ParamReader& in) { return in.Bool(&flag); }),
              "expects true or false");
  }
  std::int32_t number = 0;
  EXPECT_EQ(ReadText("86400", [&](ParamReader& in) { return in.Int32(&number); }), "");
  EXPECT_EQ(number, 86400);
  for (const char* text : {"", "x", "1.5", "2147483648", "1 2"}) {
    EXPECT_NE(ReadText(text, [&](ParamReader& in) { return in.Int32(&number); }), "") << text;
  }
  double real = 0;
  EXPECT_EQ(ReadText("1.5", [&](ParamReader& in) { return in.Double(&real); }), "");
  EXPECT_NE(ReadText("inf", [&](ParamReader& in) { return in.Double(&real); }), "");
}

TEST(ParamReaderTest, ReadsInlineObjects) {
  std::string json;
  EXPECT_EQ(ReadText(R"({"a":1})", [&](ParamReader& in) { return in.InlineObject(&json); }), "");
  EXPECT_EQ(json, R"({"a":1})");
  EXPECT_EQ(ReadText("[]", [&](ParamReader& in) { return in.InlineObject(&json); }), "");
  EXPECT_EQ(json, "{}");
  for (const char* text : {"", "1", "[1]", "{", R"({},"value":{})", R"({},"other":1)", "{}}"}) {
    std::string ignored;
    const auto error = ReadText(text, [&](ParamReader& in) { return in.InlineObject(&ignored); });
    EXPECT_NE(error, "") << text;
  }
}

}  // namespace
}  // namespace presences::transcode
