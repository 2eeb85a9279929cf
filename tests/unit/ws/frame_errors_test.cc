// FrameParser on what breaks RFC 6455: one error with the right close code, then silence.

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "server/gateway/ws/frame.h"
#include "tests/unit/ws/client_frames.h"

namespace presences::gateway {
namespace {

using presences::testing::ClosePayload;
using presences::testing::Encode;
using presences::testing::kMaxMessage;
using presences::testing::Parse;
using ::testing::ElementsAre;

struct Breach {
  std::string name;
  std::string bytes;
  std::string error;
};

std::vector<Breach> Breaches() {
  const std::string half = Encode({.payload = "a", .fin = false});
  return {
      {"a frame without mask", Encode({.payload = "a", .masked = false}), "error 1002"},
      {"reserved bit 1", Encode({.payload = "a", .reserved = 4}), "error 1002"},
      {"reserved bit 2", Encode({.payload = "a", .reserved = 2}), "error 1002"},
      {"reserved bit 3", Encode({.payload = "a", .reserved = 1}), "error 1002"},
      {"opcode 3", Encode({.opcode = 3}), "error 1002"},
      {"opcode 7", Encode({.opcode = 7}), "error 1002"},
      {"opcode 11", Encode({.opcode = 11}), "error 1002"},
      {"opcode 15", Encode({.opcode = 15}), "error 1002"},
      {"a continuation of nothing", Encode({.opcode = 0, .payload = "a"}), "error 1002"},
      {"a text inside a message", half + Encode({.payload = "b"}), "error 1002"},
      {"a binary inside a message", half + Encode({.opcode = 2}), "error 1002"},
      {"a fragmented ping", Encode({.opcode = 9, .fin = false}), "error 1002"},
      {"a fragmented close", Encode({.opcode = 8, .fin = false}), "error 1002"},
      {"a ping of 126 bytes", Encode({.opcode = 9, .payload = std::string(126, 'x')}),
       "error 1002"},
      {"a close code of one byte", Encode({.opcode = 8, .payload = "a"}), "error 1002"},
      {"a close reason that is no UTF-8",
       Encode({.opcode = 8, .payload = ClosePayload(1000, "\xff")}), "error 1007"},
      {"a text that is no UTF-8", Encode({.payload = "a\xff"}), "error 1007"},
      {"a surrogate", Encode({.payload = "\xed\xa0\x80"}), "error 1007"},
      {"an overlong form", Encode({.payload = "\xc0\xaf"}), "error 1007"},
      {"a character that ends early", Encode({.payload = "\xe2\x99"}), "error 1007"},
      {"fragments that make no character",
       Encode({.payload = "\xe2\x99", .fin = false}) + Encode({.opcode = 0, .payload = "!"}),
       "error 1007"},
      {"one byte too many", Encode({.payload = std::string(kMaxMessage + 1, 'x')}), "error 1009"},
      {"one byte too many, 64 bits",
       Encode({.opcode = 2, .payload = std::string(kMaxMessage + 1, 'x'), .length_bytes = 8}),
       "error 1009"},
      {"one byte too many, in fragments",
       Encode({.payload = std::string(kMaxMessage, 'x'), .fin = false}) +
           Encode({.opcode = 0, .payload = "y"}),
       "error 1009"},
  };
}

TEST(FrameParserErrors, AreToldOnceAndNothingFollows) {
  for (const Breach& breach : Breaches()) {
    const std::string more = Encode({.payload = "never"});
    EXPECT_THAT(Parse(breach.bytes + more), ElementsAre(breach.error)) << breach.name;
    EXPECT_THAT(Parse({breach.bytes, more}), ElementsAre(breach.error)) << breach.name;
    const absl::string_view bytes = breach.bytes;
    const std::size_t cuts = std::min<std::size_t>(bytes.size(), 200);
    for (std::size_t i = 0; i <= cuts; ++i) {
      ASSERT_THAT(Parse({bytes.substr(0, i), bytes.substr(i)}), ElementsAre(breach.error))
          << breach.name << " at " << i;
    }
  }
}

TEST(FrameParserErrors, WhatCameBeforeCounts) {
  EXPECT_THAT(Parse(Encode({.payload = "good"}) + Encode({.opcode = 3})),
              ElementsAre("text good", "error 1002"));
}

TEST(FrameParserErrors, AHugeFrameIsRefusedByItsHeader) {
  const std::string header(
      "\x81\xff\x00\x00\x00\x00\x00\x00\xfa\x01"
      "mask",
      14);  // 64 001 bytes
  EXPECT_THAT(Parse(header), ElementsAre("error 1009"));
  for (const char first : {'\x7f', '\xff'}) {  // sizes that wrap around when something is added
    std::string huge = "\x81\xff" + std::string(1, first) + std::string(7, '\xff') + "mask";
    EXPECT_THAT(Parse(huge), ElementsAre("error 1009"));
    const std::string start = Encode({.payload = "a", .fin = false});
    huge[0] = '\x80';
    EXPECT_THAT(Parse(start + huge), ElementsAre("error 1009"));
  }
}

TEST(FrameParserErrors, CloseCodesArePeersToSend) {
  for (const int code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014,
                         3000, 3999, 4000, 4001, 4999}) {
    const std::string frame =
        Encode({.opcode = 8, .payload = ClosePayload(static_cast<std::uint16_t>(code))});
    EXPECT_THAT(Parse(frame), ElementsAre("close " + std::to_string(code) + " "));
  }
  for (const int code : {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}) {
    const std::string frame =
        Encode({.opcode = 8, .payload = ClosePayload(static_cast<std::uint16_t>(code))});
    EXPECT_THAT(Parse(frame), ElementsAre("error 1002")) << code;
  }
}

}  // namespace
}  // namespace presences::gateway
