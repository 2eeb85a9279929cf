// FrameParser on what well-behaved clients send, however the bytes are cut; and what we write.

#include "server/gateway/ws/frame.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/unit/ws/client_frames.h"

namespace presences::gateway {
namespace {

using presences::testing::ClosePayload;
using presences::testing::Encode;
using presences::testing::kMaxMessage;
using presences::testing::Parse;
using ::testing::ElementsAre;

struct Conversation {
  std::string name;
  std::string bytes;
  std::vector<std::string> events;
};

std::vector<Conversation> Conversations() {
  const std::string heart = "\xe2\x99\xa5";
  return {
      {"a text", Encode({.payload = "hello"}), {"text hello"}},
      {"an empty text", Encode({.payload = ""}), {"text "}},
      {"a binary", Encode({.opcode = 2, .payload = "\xff\xfe!"}), {"binary 3"}},
      {"two frames together",
       Encode({.payload = "a"}) + Encode({.payload = "b"}),
       {"text a", "text b"}},
      {"a character that fragments cut",
       Encode({.payload = "I " + heart.substr(0, 1), .fin = false}) +
           Encode({.opcode = 0, .payload = heart.substr(1, 1), .fin = false}) +
           Encode({.opcode = 0, .payload = heart.substr(2) + "!"}),
       {"text I " + heart + "!"}},
      {"empty fragments",
       Encode({.payload = "", .fin = false}) + Encode({.opcode = 0, .payload = "", .fin = false}) +
           Encode({.opcode = 0}),
       {"text "}},
      {"control frames inside a message",
       Encode({.opcode = 2, .payload = "ab", .fin = false}) +
           Encode({.opcode = 9, .payload = "now"}) + Encode({.opcode = 0, .payload = "cd"}) +
           Encode({.opcode = 10, .payload = ""}),
       {"ping now", "binary 4", "pong "}},
      {"a close inside a message",
       Encode({.payload = "ab", .fin = false}) + Encode({.opcode = 8}),
       {"close 1005 "}},
      {"a close with a reason",
       Encode({.opcode = 8, .payload = ClosePayload(1001, "off " + heart)}),
       {"close 1001 off " + heart}},
      {"a 16-bit length", Encode({.payload = std::string(126, 'x')}), {"text <126>"}},
      {"a 64-bit length", Encode({.payload = "long", .length_bytes = 8}), {"text long"}},
      {"the largest control frame",
       Encode({.opcode = 9, .payload = std::string(125, 'p')}),
       {"ping <125>"}},
  };
}

TEST(FrameParser, GivesTheSameWhereverTheBytesAreCut) {
  for (const Conversation& c : Conversations()) {
    const absl::string_view bytes = c.bytes;
    for (std::size_t i = 0; i <= bytes.size(); ++i) {
      ASSERT_EQ(Parse({bytes.substr(0, i), bytes.substr(i)}), c.events) << c.name << " at " << i;
      for (std::size_t j = i; j <= bytes.size(); ++j) {
        ASSERT_EQ(Parse({bytes.substr(0, i), bytes.substr(i, j - i), bytes.substr(j)}), c.events)
            << c.name << " at " << i << " and " << j;
      }
    }
    std::vector<absl::string_view> each;
    for (std::size_t i = 0; i < bytes.size(); ++i) each.push_back(bytes.substr(i, 1));
    EXPECT_EQ(Parse(each), c.events) << c.name << " byte by byte";
  }
}

TEST(FrameParser, GivesNothingBeforeTheLastByte) {
  for (const Conversation& c : Conversations()) {
    const std::vector<std::string> events = Parse(c.bytes.substr(0, c.bytes.size() - 1));
    EXPECT_EQ(events.size() + 1, c.events.size()) << c.name;
  }
}

TEST(FrameParser, TakesMessagesUpToTheLimit) {
  const std::string most(kMaxMessage, 'x');
  EXPECT_THAT(Parse(Encode({.payload = most})), ElementsAre("text <64000>"));
  EXPECT_THAT(Parse(Encode({.payload = most, .length_bytes = 8})), ElementsAre("text <64000>"));
  EXPECT_THAT(Parse(Encode({.payload = most.substr(1), .fin = false}) +
                    Encode({.opcode = 0, .payload = "y"}) + Encode({.payload = "next"})),
              ElementsAre("text <64000>", "text next"));
}

// Reads a server's frame: unmasked, final.
std::pair<int, std::string> Decode(const std::string& frame) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(frame.at(i)); };
  EXPECT_EQ(byte(0) & 0xf0, 0x80) << "final, no reserved bit";
  std::size_t size = byte(1);
  std::size_t at = 2;
  const int bytes = size == 126 ? 2 : size == 127 ? 8 : 0;
  if (bytes > 0) size = 0;
  for (int i = 0; i < bytes; ++i) size = size << 8 | byte(at++);
  EXPECT_EQ(frame.size(), at + size);
  return {byte(0) & 0x0f, frame.substr(at)};
}

TEST(AppendFrame, WritesWhatAClientReads) {
  for (const std::size_t size : {0u, 1u, 125u, 126u, 127u, 65'535u, 65'536u, 200'000u}) {
    const std::string payload(size, 'x');
    std::string frame;
    AppendFrame(frame, Opcode::kText, payload);
    EXPECT_EQ(Decode(frame), std::pair(1, payload)) << size;
    EXPECT_EQ(frame.size(), size + (size < 126 ? 2 : size < 65'536 ? 4 : 10));
  }
  std::string two;
  AppendFrame(two, Opcode::kPing, "a");
  AppendFrame(two, Opcode::kPong, "");
  EXPECT_EQ(two, std::string("\x89\x01"
                             "a\x8a\x00",
                             5));
}

TEST(CloseFrame, CutsTheReasonBetweenCharacters) {
  EXPECT_EQ(Decode(CloseFrame(4001, "late")), std::pair(8, ClosePayload(4001, "late")));
  EXPECT_EQ(Decode(CloseFrame(1008, std::string(130, 'r'))),
            std::pair(8, ClosePayload(1008, std::string(123, 'r'))));
  // 122 bytes and a character of three.
  EXPECT_EQ(Decode(CloseFrame(1008, std::string(122, 'r') + "\xe2\x99\xa5")),
            std::pair(8, ClosePayload(1008, std::string(122, 'r'))));
  EXPECT_EQ(Decode(CloseFrame(1008, std::string(120, 'r') + "\xe2\x99\xa5 and more")).second.size(),
            125u);
}

}  // namespace
}  // namespace presences::gateway
