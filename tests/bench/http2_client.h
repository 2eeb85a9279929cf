// Http2Client: as much of HTTP/2 as a gRPC client on a plain socket needs, and no more, so that a
// thousand subscribers cost a measurement next to nothing.
//
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace presences::bench {

class Http2Client {
 public:
  // A whole gRPC message that arrived on a stream.
  using OnMessage = std::function<void(const char* data, std::size_t size)>;

  // Connects to "host:port", with windows that never close.
  Http2Client(const std::string& address, OnMessage on_message);
  ~Http2Client();
  Http2Client(const Http2Client&) = delete;
  Http2Client& operator=(const Http2Client&) = delete;

  int fd() const { return fd_; }
  // Begins a call of `path` with one request message; the API key of the bench goes along.
  void Call(const std::string& path, const std::string& message);
  // True while the server's window has room for another small request.
  bool CanSend() const { return send_window_ > 8192; }
  // Reads what is there; exits the process when the server closes or complains.
  void Read();

 private:
  void OnFrame(std::uint8_t type, std::uint8_t flags, const char* data, std::size_t size);
  void OnData(const char* data, std::size_t size);

  const OnMessage on_message_;
  int fd_ = -1;
  std::uint32_t next_stream_ = 1;
  std::int64_t send_window_ = 65535;
  std::string input_;    // a frame that has not arrived whole
  std::string message_;  // the same of a message; only one stream at a time is read in pieces
};

}  // namespace presences::bench
