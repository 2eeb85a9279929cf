#include "tests/unit/ws/client_frames.h"

#include "absl/strings/str_cat.h"

namespace presences::testing {
namespace {

using gateway::FrameParser;

std::string Shown(const std::string& payload) {
  return payload.size() > 60 ? absl::StrCat("<", payload.size(), ">") : payload;
}

std::string ToText(const FrameParser::Event& event) {
  using Kind = FrameParser::Event::Kind;
  switch (event.kind) {
    case Kind::kMessage:
      return event.text ? absl::StrCat("text ", Shown(event.payload))
                        : absl::StrCat("binary ", event.payload.size());
    case Kind::kPing:
      return absl::StrCat("ping ", Shown(event.payload));
    case Kind::kPong:
      return absl::StrCat("pong ", Shown(event.payload));
    case Kind::kClose:
      return absl::StrCat("close ", event.code, " ", event.payload);
    case Kind::kError:
      return absl::StrCat("error ", event.code);
  }
  return "?";
}

}  // namespace

std::string Encode(const FrameSpec& spec) {
  std::string out;
  out += static_cast<char>((spec.fin ? 0x80 : 0) | spec.reserved << 4 | spec.opcode);
  const std::size_t size = spec.payload.size();
  int bytes = spec.length_bytes;
  if (bytes < 0) bytes = size < 126 ? 0 : size <= 0xffff ? 2 : 8;
  const int length = bytes == 0 ? static_cast<int>(size) : bytes == 2 ? 126 : 127;
  out += static_cast<char>((spec.masked ? 0x80 : 0) | length);
  for (int i = bytes - 1; i >= 0; --i) {
    out += static_cast<char>(static_cast<std::uint64_t>(size) >> (8 * i));
  }
  if (!spec.masked) return out + spec.payload;
  const char mask[4] = {0x12, static_cast<char>(0xe4), 0x56, static_cast<char>(0xff)};
  out.append(mask, 4);
  for (std::size_t i = 0; i < size; ++i) out += static_cast<char>(spec.payload[i] ^ mask[i % 4]);
  return out;
}

std::string ClosePayload(std::uint16_t code, absl::string_view reason) {
  return absl::StrCat(std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)},
                      reason);
}

std::vector<std::string> Parse(const std::vector<absl::string_view>& pieces,
                               std::size_t max_message) {
  FrameParser parser(max_message);
  std::vector<std::string> events;
  for (const absl::string_view piece : pieces) {
    parser.Feed(piece);
    while (const auto event = parser.Next()) events.push_back(ToText(*event));
  }
  return events;
}

}  // namespace presences::testing
