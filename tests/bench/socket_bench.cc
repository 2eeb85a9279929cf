// WebSocket fan-out to 1 000 sockets, ours against socket.io 4 from npm, with the same client in
// the same run (design 7). One thread, one epoll: the client costs little, the servers are seen.
//   socket_bench BENCH_SERVER NODE PEER.mjs
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "tests/bench/bench_child.h"
#include "tests/bench/fan_out_side.h"
#include "tests/bench/tcp.h"

namespace presences::bench {
namespace {

constexpr int kSockets = 1000;
constexpr int kWindow = 64;  // events that the publisher may be ahead of the mean subscriber
constexpr int kRounds = 5;

// A masked text frame; the mask is zero, so the payload stays readable.
std::string TextFrame(const std::string& text) {
  std::string frame("\x81", 1);
  if (text.size() < 126) {
    frame += static_cast<char>(0x80 | text.size());
  } else {
    frame += static_cast<char>(0x80 | 126);
    frame += static_cast<char>(text.size() >> 8);
    frame += static_cast<char>(text.size());
  }
  return frame + std::string(4, '\0') + text;
}

// Counts frames by their headers; a frame that is as large as an event is one.
struct FrameCounter {
  std::string header;
  std::uint64_t skip = 0;

  int Count(const char* data, std::size_t size) {
    int events = 0;
    while (size > 0) {
      if (skip > 0) {
        const auto n = std::min<std::uint64_t>(skip, size);
        skip -= n;
        data += n;
        size -= n;
        continue;
      }
      header += *data++;
      --size;
      if (header.size() < 2) continue;
      const int length = header[1] & 0x7f;
      const std::size_t extra = length == 126 ? 2 : length == 127 ? 8 : 0;
      if (header.size() < 2 + extra) continue;
      skip = extra == 0 ? static_cast<std::uint64_t>(length) : 0;
      for (std::size_t i = 0; i < extra; ++i) {
        skip = skip << 8 | static_cast<unsigned char>(header[2 + i]);
      }
      if ((header[0] & 0x0f) == 1 && skip > 300) ++events;
      header.clear();
    }
    return events;
  }
};

// A thousand WebSockets of one server.
class SocketSide : public FanOutSide {
 public:
  SocketSide(const BenchChild& server, const std::string& address, const std::string& path,
             std::string hello)
      : FanOutSide(server), hello_(std::move(hello)) {
    for (int i = 0; i < kSockets; ++i) Open(address, path);
    Subscribed(kSockets);
  }
  ~SocketSide() override {
    for (const auto& socket : sockets_) close(socket->fd);
  }

 private:
  struct Socket {
    int fd = -1;
    bool open = false;
    std::string greeting;
    FrameCounter frames;
  };

  void Open(const std::string& address, const std::string& path) {
    auto socket = std::make_unique<Socket>();
    socket->fd = ConnectTo(address);
    SendAll(socket->fd, "GET " + path + " HTTP/1.1\r\nHost: " + address +
                            "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            "Sec-WebSocket-Version: 13\r\n"
                            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    Watch(socket->fd, [this, socket = socket.get()] { Read(*socket); });
    sockets_.push_back(std::move(socket));
  }

  void Read(Socket& socket) {
    static char buffer[1 << 18];
    const ssize_t got = recv(socket.fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (got == 0) {
      std::fprintf(stderr, "bench: a socket was closed\n");
      std::exit(1);
    }
    if (got < 0) return;
    const auto size = static_cast<std::size_t>(got);
    if (socket.open) return Delivered(socket.frames.Count(buffer, size));
    socket.greeting.append(buffer, size);
    const auto end = socket.greeting.find("\r\n\r\n");
    if (end == std::string::npos) return;
    socket.open = true;
    SendAll(socket.fd, TextFrame(hello_));
    const std::string rest = socket.greeting.substr(end + 4);
    Delivered(socket.frames.Count(rest.data(), rest.size()));
  }

  const std::string hello_;
  std::vector<std::unique_ptr<Socket>> sockets_;
};

const std::string kMetadata =
    "{\"page\":\"/dashboard\",\"cursor\":[120,340],\"device\":\"" + std::string(120, 'x') + "\"}";

// presenced: published by PUT on one connection, answers drained.
class Ours final : public SocketSide {
 public:
  explicit Ours(const BenchChild& server)
      : SocketSide(server, server.words()[1], "/v1/realtime?project=bench",
                   "{\"type\":\"subscribe\",\"data\":[{\"subscriptionId\":\"s1\",\"channels\":["
                   "\"presences\"]}]}"),
        publisher_(ConnectTo(server.words()[1])) {}

 private:
  void Publish() override {
    const std::string body =
        "{\"userId\":\"ada\",\"status\":\"online\",\"permissions\":[\"read(\\\"any\\\")\"],"
        "\"metadata\":" +
        kMetadata + "}";
    SendAll(publisher_, "PUT /v1/presences/p" + std::to_string(next_++ % 1000) +
                            " HTTP/1.1\r\nHost: x\r\nX-Appwrite-Key: bench-key\r\n"
                            "Content-Type: application/json\r\nContent-Length: " +
                            std::to_string(body.size()) + "\r\n\r\n" + body);
    char answers[65536];
    while (recv(publisher_, answers, sizeof answers, MSG_DONTWAIT) > 0) {
    }
  }

  int publisher_;
  int next_ = 0;
};

// socket.io: published by one more socket, which the server broadcasts from.
class Peer final : public SocketSide {
 public:
  explicit Peer(const BenchChild& server)
      : SocketSide(server, server.words()[1], "/socket.io/?EIO=4&transport=websocket", "40"),
        publisher_(ConnectTo(server.words()[0])) {}

 private:
  void Publish() override { SendAll(publisher_, "\n"); }

  int publisher_;
};

}  // namespace

void Run(const std::string& server, const std::string& node, const std::string& script) {
  const BenchChild our_server({server, "memory", "-"});
  const BenchChild peer_server({node, script});
  Ours ours(our_server);
  Peer peer(peer_server);
  for (int i = 0; i < kRounds; ++i) {
    ours.Round(kWindow);
    peer.Round(kWindow);
  }
  std::printf(
      "{\"bench\":\"websocket_fan_out\",\"sockets\":%d,\"ratio\":%.1f,\"floor\":3,"
      "\"deliveries_per_s\":%.0f,\"socket_io_per_s\":%.0f,\"cpu_us_per_delivery\":%.2f,"
      "\"socket_io_cpu_us\":%.2f,\"idle_bytes_per_socket\":%.0f,"
      "\"socket_io_idle_bytes\":%.0f}\n",
      kSockets, ours.per_second() / peer.per_second(), ours.per_second(), peer.per_second(),
      ours.cpu_micros(), peer.cpu_micros(), ours.idle_bytes(), peer.idle_bytes());
}

}  // namespace presences::bench

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: socket_bench BENCH_SERVER NODE PEER.mjs\n");
    return 2;
  }
  presences::bench::Run(argv[1], argv[2], argv[3]);
  return 0;
}
