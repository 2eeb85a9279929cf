#include "tests/bench/http2_client.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "tests/bench/tcp.h"

namespace presences::bench {
namespace {

constexpr std::uint8_t kData = 0, kHeaders = 1, kReset = 3, kSettings = 4, kPing = 6, kGoAway = 7,
                       kWindowUpdate = 8;
constexpr std::uint8_t kAck = 1, kEndStream = 1, kEndHeaders = 4, kPadded = 8;
constexpr std::size_t kFrameHeader = 9;
constexpr std::uint32_t kLargest = 0x7fffffff;

std::string Big32(std::uint32_t n) {
  return {static_cast<char>(n >> 24), static_cast<char>(n >> 16), static_cast<char>(n >> 8),
          static_cast<char>(n)};
}

std::uint32_t Read32(const char* at) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(at);
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
         std::uint32_t{bytes[2]} << 8 | bytes[3];
}

std::string Frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream,
                  const std::string& payload) {
  const std::string size = Big32(static_cast<std::uint32_t>(payload.size()));
  return size.substr(1) + static_cast<char>(type) + static_cast<char>(flags) + Big32(stream) +
         payload;
}

// A header that no table remembers. Both texts are shorter than 127 bytes.
std::string Header(const std::string& name, const std::string& value) {
  return std::string(1, '\0') + static_cast<char>(name.size()) + name +
         static_cast<char>(value.size()) + value;
}

[[noreturn]] void Fail(const char* what) {
  std::fprintf(stderr, "bench: HTTP/2: %s\n", what);
  std::exit(1);
}

}  // namespace

Http2Client::Http2Client(const std::string& address, OnMessage on_message)
    : on_message_(std::move(on_message)), fd_(ConnectTo(address)) {
  const std::string largest_window = std::string("\0\x4", 2) + Big32(kLargest);
  SendAll(fd_, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Frame(kSettings, 0, 0, largest_window) +
                   Frame(kWindowUpdate, 0, 0, Big32(kLargest - 65535)));
}

Http2Client::~Http2Client() { close(fd_); }

void Http2Client::Call(const std::string& path, const std::string& message) {
  const std::string headers = Header(":method", "POST") + Header(":scheme", "http") +
                              Header(":path", path) + Header(":authority", "bench") +
                              Header("content-type", "application/grpc") +
                              Header("te", "trailers") + Header("x-appwrite-key", "bench-key");
  const std::string body =
      std::string(1, '\0') + Big32(static_cast<std::uint32_t>(message.size())) + message;
  SendAll(fd_, Frame(kHeaders, kEndHeaders, next_stream_, headers) +
                   Frame(kData, kEndStream, next_stream_, body));
  next_stream_ += 2;
  send_window_ -= static_cast<std::int64_t>(body.size());
}

void Http2Client::Read() {
  static char buffer[1 << 18];
  const ssize_t got = recv(fd_, buffer, sizeof(buffer), MSG_DONTWAIT);
  if (got == 0) Fail("the server closed the connection");
  if (got < 0) return;
  input_.append(buffer, static_cast<std::size_t>(got));
  std::size_t at = 0;
  while (input_.size() - at >= kFrameHeader) {
    const char* frame = input_.data() + at;
    const std::size_t size = Read32(frame) >> 8;
    if (input_.size() - at < kFrameHeader + size) break;
    OnFrame(static_cast<std::uint8_t>(frame[3]), static_cast<std::uint8_t>(frame[4]),
            frame + kFrameHeader, size);
    at += kFrameHeader + size;
  }
  input_.erase(0, at);
}

void Http2Client::OnFrame(std::uint8_t type, std::uint8_t flags, const char* data,
                          std::size_t size) {
  switch (type) {
    case kData:
      if ((flags & kPadded) != 0) Fail("padding");
      return OnData(data, size);
    case kSettings:
      if ((flags & kAck) == 0) SendAll(fd_, Frame(kSettings, kAck, 0, ""));
      return;
    case kPing:
      if ((flags & kAck) == 0) SendAll(fd_, Frame(kPing, kAck, 0, std::string(data, size)));
      return;
    case kWindowUpdate:
      send_window_ += Read32(data);  // a stream's counts too: requests are small
      return;
    case kReset:
      Fail("a stream was reset");
    case kGoAway:
      Fail("the server goes away");
    default:
      return;
  }
}

void Http2Client::OnData(const char* data, std::size_t size) {
  constexpr std::size_t kPrefix = 5;  // compressed or not, then the size
  message_.append(data, size);
  std::size_t at = 0;
  while (message_.size() - at >= kPrefix) {
    const std::size_t length = Read32(message_.data() + at + 1);
    if (message_.size() - at < kPrefix + length) break;
    on_message_(message_.data() + at + kPrefix, length);
    at += kPrefix + length;
  }
  message_.erase(0, at);
}

}  // namespace presences::bench
