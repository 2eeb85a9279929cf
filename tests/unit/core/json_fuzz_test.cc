// Random metadata against another parser: what we accept is JSON, and what is JSON we accept
// unless a rule of ours says otherwise.

#include <random>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/core/json.h"
#include "server/core/json_string.h"
#include "simdjson.h"
#include "tests/support/seed.h"

namespace presences {
namespace {

using ::presences::testing::TestSeed;

class RandomJson {
 public:
  explicit RandomJson(std::uint32_t seed) : random_(seed) {}

  std::uint32_t Below(std::uint32_t bound) { return random_() % bound; }

  // With white space here and there.
  std::string Object(int depth) {
    std::string out = "{";
    const std::uint32_t members = Below(4);
    for (std::uint32_t i = 0; i < members; ++i) {
      absl::StrAppend(&out, i == 0 ? "" : ",", Space(), Text(), Space(), ":", Value(depth - 1));
    }
    return absl::StrCat(out, Space(), "}");
  }

  // Changes, drops, doubles or inserts a byte.
  std::string Spoil(std::string text) {
    constexpr absl::string_view kBytes = "{}[]\",:\\u0123456789eE+-.tfn \n\x01\x80\xc3\xed\xff";
    const std::size_t at = Below(static_cast<std::uint32_t>(text.size()));
    const char byte = kBytes[Below(static_cast<std::uint32_t>(kBytes.size()))];
    switch (Below(4)) {
      case 0:
        text[at] = byte;
        break;
      case 1:
        text.erase(at, 1 + Below(3));
        break;
      case 2:
        text.insert(at, 1, text[at]);
        break;
      default:
        text.insert(at, 1, byte);
        break;
    }
    return text;
  }

 private:
  std::string Space() {
    constexpr const char* kSpaces[] = {"", "", "", " ", "\n", "\t", "\r", "  "};
    return kSpaces[Below(8)];
  }
  std::string Text() {
    constexpr const char* kPieces[] = {"a",
                                       "b.c",
                                       "\xc3\xa4",
                                       "\\n",
                                       "\\u00e4",
                                       "\\\"",
                                       "\\\\",
                                       "\\ud83d\\ude00",
                                       "\xf0\x9f\x98\x80",
                                       "}",
                                       ","};
    std::string out = "\"";
    for (std::uint32_t i = Below(4); i > 0; --i) out += kPieces[Below(11)];
    return out + "\"";
  }
  std::string Value(int depth) {
    constexpr const char* kScalars[] = {"0",       "-1",   "12.5",  "1e3",
                                        "-0.5E-2", "true", "false", "null"};
    const std::uint32_t kind = Below(depth > 0 ? 6 : 4);
    if (kind < 2) return absl::StrCat(Space(), kScalars[Below(8)], Space());
    if (kind < 4) return Text();
    if (kind == 4) return Object(depth);
    return absl::StrCat("[", Value(depth - 1), ",", Value(depth - 1), Space(), "]");
  }

  std::mt19937 random_;
};

// The value as simdjson writes it, or empty when it is no object in its eyes.
std::string BySimdjson(const std::string& text) {
  simdjson::dom::parser parser;
  simdjson::dom::element element;
  if (parser.parse(text).get(element) != simdjson::SUCCESS || !element.is_object()) return "";
  return simdjson::minify(element);
}

TEST(JsonFuzzTest, KeepsTheValueOfValidMetadata) {
  RandomJson random(TestSeed());
  for (int i = 0; i < 3'000; ++i) {
    const std::string text = random.Object(5);
    const auto compact = CompactMetadata("metadata", text);
    ASSERT_TRUE(compact.ok()) << text << "\n" << compact.status();
    ASSERT_EQ(BySimdjson(*compact), BySimdjson(text)) << text;
    ASSERT_EQ(*CompactMetadata("metadata", *compact), *compact) << "not idempotent";
  }
}

// Character by character, as the grammar says.
std::size_t SizeOfString(absl::string_view text) {
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '"') return at + 1;
    if (text[at] == '\\') ++at;
  }
  return 0;
}

TEST(JsonFuzzTest, FindsTheEndOfAString) {
  std::mt19937 random(TestSeed());
  for (int round = 0; round < 20'000; ++round) {
    std::string text = "\"";
    for (int i = std::uniform_int_distribution<>(0, 40)(random); i > 0; --i) {
      text += "\"\\\\\\ab"[std::uniform_int_distribution<>(0, 5)(random)];
    }
    ASSERT_EQ(JsonStringSize(text), SizeOfString(text)) << text;
  }
}

TEST(JsonFuzzTest, AgreesAboutSpoiledMetadata) {
  RandomJson random(TestSeed());
  int accepted = 0;
  int refused = 0;
  for (int i = 0; i < 30'000; ++i) {
    const std::string text = random.Spoil(random.Object(4));
    const bool ours = CompactMetadata("metadata", text).ok();
    const bool theirs = !BySimdjson(text).empty();
    ++(ours ? accepted : refused);
    // Integers beyond 64 bits are ours alone, lone low surrogates theirs alone; numbers beyond a
    // double neither has.
    const bool surrogate = absl::StrContains(text, "\\ud") || absl::StrContains(text, "\\uD");
    if (ours == theirs || (theirs && surrogate)) continue;
    ADD_FAILURE() << (ours ? "we accept: " : "we refuse: ") << text;
  }
  EXPECT_GT(accepted, 1'000);
  EXPECT_GT(refused, 1'000);
}

}  // namespace
}  // namespace presences
