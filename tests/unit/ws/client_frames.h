// Frames as a client sends them, and what a parser makes of bytes, as text that tests compare.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/gateway/ws/frame.h"

namespace presences::testing {

inline constexpr std::size_t kMaxMessage = 64'000;  // design 6.1

struct FrameSpec {
  std::uint8_t opcode = 1;
  std::string payload{};
  bool fin = true;
  bool masked = true;
  std::uint8_t reserved = 0;  // three bits
  int length_bytes = -1;      // 0, 2 or 8; -1: the shortest that fits
};

std::string Encode(const FrameSpec& spec);
// A close frame's payload.
std::string ClosePayload(std::uint16_t code, absl::string_view reason = "");

// All events: "text hello", "binary 3", "ping x", "pong x", "close 1000 bye", "error 1002". A long
// payload is told by its size.
std::vector<std::string> Parse(const std::vector<absl::string_view>& pieces,
                               std::size_t max_message = kMaxMessage);
inline std::vector<std::string> Parse(const std::string& bytes) {
  return Parse(std::vector<absl::string_view>{bytes});
}

}  // namespace presences::testing
