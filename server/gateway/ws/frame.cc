#include "server/gateway/ws/frame.h"

#include <utility>

#include "server/core/json.h"

namespace presences::gateway {
namespace {

bool IsControl(Opcode opcode) { return static_cast<std::uint8_t>(opcode) >= 8; }

// Codes a peer may put into a close frame (RFC 6455 7.4.1).
bool IsValidCloseCode(std::uint16_t code) {
  if (code >= 3000 && code <= 4999) return true;
  return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}

std::uint64_t BigEndian(const char* bytes, int count) {
  std::uint64_t value = 0;
  for (int i = 0; i < count; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

}  // namespace

void FrameParser::Feed(absl::string_view bytes) {
  if (failed_) return;
  if (consumed_ > 0) {
    buffer_.erase(0, consumed_);
    consumed_ = 0;
  }
  buffer_.append(bytes.data(), bytes.size());
}

std::optional<FrameParser::Event> FrameParser::Fail(std::uint16_t code, absl::string_view why) {
  failed_ = true;
  Event event;
  event.kind = Event::Kind::kError;
  event.code = code;
  event.payload = std::string(why);
  return event;
}

std::optional<FrameParser::Event> FrameParser::Next() {
  while (!failed_) {
    Header header;
    std::optional<Event> event;
    if (!ReadHeader(&header, &event)) return event;
    if ((event = Judge(header))) return event;
    if (buffer_.size() - consumed_ < header.header_size + header.size) return std::nullopt;
    if ((event = Take(header))) return event;
  }
  return std::nullopt;
}

bool FrameParser::ReadHeader(Header* header, std::optional<Event>* error) {
  const absl::string_view in = absl::string_view(buffer_).substr(consumed_);
  if (in.size() < 2) return false;
  const auto first = static_cast<unsigned char>(in[0]);
  const auto second = static_cast<unsigned char>(in[1]);
  if ((first & 0x70) != 0) {
    *error = Fail(kCloseProtocolError, "reserved bits are set; no extension was agreed");
    return false;
  }
  if ((second & 0x80) == 0) {
    *error = Fail(kCloseProtocolError, "a client's frames must be masked");
    return false;
  }
  header->fin = (first & 0x80) != 0;
  header->opcode = static_cast<Opcode>(first & 0x0f);
  const int length = second & 0x7f;
  const int extra = length == 126 ? 2 : length == 127 ? 8 : 0;
  header->header_size = static_cast<std::size_t>(2 + extra + 4);
  if (in.size() < header->header_size) return false;
  header->size = extra == 0 ? static_cast<std::uint64_t>(length) : BigEndian(in.data() + 2, extra);
  for (int i = 0; i < 4; ++i) header->mask[i] = in[static_cast<std::size_t>(2 + extra + i)];
  return true;
}

std::optional<FrameParser::Event> FrameParser::Judge(const Header& header) {
  switch (header.opcode) {
    case Opcode::kContinuation:
      if (!fragmented_) return Fail(kCloseProtocolError, "a continuation of no message");
      break;
    case Opcode::kText:
    case Opcode::kBinary:
      if (fragmented_) return Fail(kCloseProtocolError, "a message inside a fragmented message");
      break;
    case Opcode::kClose:
    case Opcode::kPing:
    case Opcode::kPong:
      if (!header.fin || header.size > 125) {
        return Fail(kCloseProtocolError, "a control frame must be whole and at most 125 bytes");
      }
      return std::nullopt;
    default:
      return Fail(kCloseProtocolError, "unknown opcode");
  }
  // Judged by the header alone: a huge frame is refused before it is sent.
  if (header.size > max_message_ || message_.size() + header.size > max_message_) {
    return Fail(kCloseTooBig, "the message is larger than this server takes");
  }
  return std::nullopt;
}

std::optional<FrameParser::Event> FrameParser::Take(const Header& header) {
  std::string payload =
      buffer_.substr(consumed_ + header.header_size, static_cast<std::size_t>(header.size));
  consumed_ += header.header_size + static_cast<std::size_t>(header.size);
  for (std::size_t i = 0; i < payload.size(); ++i) payload[i] ^= header.mask[i % 4];
  return IsControl(header.opcode) ? TakeControl(header, std::move(payload))
                                  : TakeData(header, std::move(payload));
}

std::optional<FrameParser::Event> FrameParser::TakeControl(const Header& header,
                                                           std::string payload) {
  Event event;
  if (header.opcode != Opcode::kClose) {
    event.kind = header.opcode == Opcode::kPing ? Event::Kind::kPing : Event::Kind::kPong;
    event.payload = std::move(payload);
    return event;
  }
  event.kind = Event::Kind::kClose;
  event.code = kCloseNoStatus;
  if (payload.size() == 1) return Fail(kCloseProtocolError, "a close code is two bytes");
  if (payload.size() >= 2) {
    event.code = static_cast<std::uint16_t>(BigEndian(payload.data(), 2));
    event.payload = payload.substr(2);
    if (!IsValidCloseCode(event.code)) return Fail(kCloseProtocolError, "no valid close code");
    if (!IsUtf8(event.payload)) return Fail(kCloseInvalidText, "the reason is not UTF-8");
  }
  return event;
}

std::optional<FrameParser::Event> FrameParser::TakeData(const Header& header, std::string payload) {
  if (header.opcode != Opcode::kContinuation) text_ = header.opcode == Opcode::kText;
  fragmented_ = !header.fin;
  message_ += payload;
  if (!header.fin) return std::nullopt;
  Event event;
  event.kind = Event::Kind::kMessage;
  event.text = text_;
  event.payload = std::exchange(message_, {});
  if (text_ && !IsUtf8(event.payload)) return Fail(kCloseInvalidText, "text that is not UTF-8");
  return event;
}

void AppendFrameHeader(std::string& out, Opcode opcode, std::size_t payload_size) {
  out.push_back(static_cast<char>(0x80 | static_cast<std::uint8_t>(opcode)));
  if (payload_size < 126) {
    out.push_back(static_cast<char>(payload_size));
    return;
  }
  const int bytes = payload_size <= 0xffff ? 2 : 8;
  out.push_back(static_cast<char>(bytes == 2 ? 126 : 127));
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<char>(payload_size >> (8 * i)));
}

void AppendFrame(std::string& out, Opcode opcode, absl::string_view payload) {
  AppendFrameHeader(out, opcode, payload.size());
  out.append(payload.data(), payload.size());
}

absl::string_view Utf8Prefix(absl::string_view text, std::size_t size) {
  if (text.size() <= size) return text;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
  return text.substr(0, size);
}

std::string CloseFrame(std::uint16_t code, absl::string_view reason) {
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code)};
  const absl::string_view fits = Utf8Prefix(reason, 123);
  payload.append(fits.data(), fits.size());
  std::string frame;
  AppendFrame(frame, Opcode::kClose, payload);
  return frame;
}

}  // namespace presences::gateway
