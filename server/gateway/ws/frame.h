// WebSocket frames (RFC 6455): an incremental parser for what clients send, and writers.
//
// Our own, because the fan-out writes many ready-made frames in one go, which a message-at-a-time
// stream cannot. Bytes in, messages and control frames out; no I/O.
//
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace presences::gateway {

enum class Opcode : std::uint8_t {
  kContinuation = 0,
  kText = 1,
  kBinary = 2,
  kClose = 8,
  kPing = 9,
  kPong = 10,
};

// Close codes that we send or judge by (RFC 6455 7.4, contract 6.12).
inline constexpr std::uint16_t kCloseNormal = 1000;
inline constexpr std::uint16_t kCloseGoingAway = 1001;
inline constexpr std::uint16_t kCloseProtocolError = 1002;
inline constexpr std::uint16_t kCloseUnsupported = 1003;
inline constexpr std::uint16_t kCloseNoStatus = 1005;  // never on the wire: none was given
inline constexpr std::uint16_t kCloseAbnormal = 1006;  // never on the wire: cut off
inline constexpr std::uint16_t kCloseInvalidText = 1007;
inline constexpr std::uint16_t kClosePolicy = 1008;  // the SDK does not reconnect after this
inline constexpr std::uint16_t kCloseTooBig = 1009;
inline constexpr std::uint16_t kCloseServiceRestart = 1012;
inline constexpr std::uint16_t kCloseTryAgainLater = 1013;
inline constexpr std::uint16_t kCloseTokenExpired = 4001;

class FrameParser {
 public:
  struct Event {
    enum class Kind { kMessage, kPing, kPong, kClose, kError };
    Kind kind = Kind::kError;
    bool text = true;        // kMessage
    std::string payload;     // kMessage, kPing, kPong; kClose: the reason
    std::uint16_t code = 0;  // kClose: the peer's, or kCloseNoStatus; kError: what to answer
  };

  // Messages and frames larger than `max_message` bytes are an error (1009).
  explicit FrameParser(std::size_t max_message) : max_message_(max_message) {}

  // Adds bytes as they came in.
  void Feed(absl::string_view bytes);
  // The next event, or nullopt until more bytes come. After kError nothing follows.
  std::optional<Event> Next();

 private:
  struct Header {
    bool fin = false;
    Opcode opcode = Opcode::kText;
    std::uint64_t size = 0;
    std::size_t header_size = 0;
    char mask[4] = {};
  };

  std::optional<Event> Fail(std::uint16_t code, absl::string_view why);
  // False: not enough bytes. An error is put into *error.
  bool ReadHeader(Header* header, std::optional<Event>* error);
  std::optional<Event> Judge(const Header& header);
  std::optional<Event> Take(const Header& header);
  std::optional<Event> TakeControl(const Header& header, std::string payload);
  std::optional<Event> TakeData(const Header& header, std::string payload);

  const std::size_t max_message_;
  std::string buffer_;
  std::size_t consumed_ = 0;
  std::string message_;  // of a fragmented message
  bool fragmented_ = false;
  bool text_ = true;
  bool failed_ = false;
};

// Appends the header of an unmasked, final frame.
void AppendFrameHeader(std::string& out, Opcode opcode, std::size_t payload_size);
void AppendFrame(std::string& out, Opcode opcode, absl::string_view payload);
// The start of `text`, at most `size` bytes, without a character that is cut in two.
absl::string_view Utf8Prefix(absl::string_view text, std::size_t size);
// A close frame; `reason` is cut at 123 bytes.
std::string CloseFrame(std::uint16_t code, absl::string_view reason);

}  // namespace presences::gateway
