// WebSocket fan-out to 1 000 sockets, ours against socket.io 4 from npm, with the same client in
// the same run (design 7). One thread, one epoll: the client costs little, the servers are seen.
//   socket_bench BENCH_SERVER NODE PEER.mjs
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "tests/bench/bench_child.h"
#include "tests/bench/tcp.h"

namespace presences::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kSockets = 1000;
constexpr int kWindow = 64;  // events that the publisher may be ahead of the mean subscriber
constexpr int kRounds = 5;
constexpr std::chrono::milliseconds kRound{1000};

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

// One server under load: its subscribers and a publisher.
class Side {
 public:
  Side(std::vector<std::string> command, std::string path, std::string hello)
      : child_(command), hello_(std::move(hello)) {
    epoll_ = epoll_create1(0);
    address_ = child_.words().size() > 1 ? child_.words()[1] : child_.words()[0];
    idle_before_ = child_.ResidentBytes();
    for (int i = 0; i < kSockets; ++i) Open(path);
    // Until every subscription was answered.
    Pump(std::chrono::milliseconds(1000));
    idle_after_ = child_.ResidentBytes();
  }

  virtual ~Side() {
    for (const auto& socket : sockets_) close(socket->fd);
  }

  void Round(std::vector<double>* rates, std::vector<double>* cpu) {
    const double cpu_before = child_.CpuMicros();
    const double before = delivered_;
    const auto started = Clock::now();
    while (Clock::now() - started < kRound) {
      while (published_ - delivered_ / kSockets < kWindow) {
        Publish();
        ++published_;
      }
      PumpOnce(1);
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - started).count();
    rates->push_back((delivered_ - before) / seconds);
    cpu->push_back((child_.CpuMicros() - cpu_before) / (delivered_ - before));
    Pump(std::chrono::milliseconds(300));  // what is still under way
    published_ = delivered_ / kSockets;
  }

  double idle_bytes() const { return (idle_after_ - idle_before_) / kSockets; }

 protected:
  virtual void Publish() = 0;

  struct Socket {
    int fd = -1;
    bool open = false;
    std::string greeting;
    FrameCounter frames;
  };

  BenchChild child_;
  std::string address_;

 private:
  void Open(const std::string& path) {
    auto socket = std::make_unique<Socket>();
    socket->fd = ConnectTo(address_);
    SendAll(socket->fd, "GET " + path + " HTTP/1.1\r\nHost: " + address_ +
                            "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            "Sec-WebSocket-Version: 13\r\n"
                            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = socket.get();
    epoll_ctl(epoll_, EPOLL_CTL_ADD, socket->fd, &event);
    sockets_.push_back(std::move(socket));
    PumpOnce(0);
  }

  void Pump(std::chrono::milliseconds duration) {
    const auto until = Clock::now() + duration;
    while (Clock::now() < until) PumpOnce(5);
  }

  void PumpOnce(int timeout) {
    epoll_event events[256];
    const int n = epoll_wait(epoll_, events, 256, timeout);
    static char buffer[1 << 18];
    for (int i = 0; i < n; ++i) {
      auto& socket = *static_cast<Socket*>(events[i].data.ptr);
      const ssize_t got = recv(socket.fd, buffer, sizeof buffer, MSG_DONTWAIT);
      if (got == 0) {
        std::fprintf(stderr, "bench: a socket was closed\n");
        std::exit(1);
      }
      if (got < 0) continue;
      const char* data = buffer;
      auto size = static_cast<std::size_t>(got);
      if (!socket.open) {
        socket.greeting.append(data, size);
        const auto end = socket.greeting.find("\r\n\r\n");
        if (end == std::string::npos) continue;
        socket.open = true;
        SendAll(socket.fd, TextFrame(hello_));
        const std::string rest = socket.greeting.substr(end + 4);
        delivered_ += socket.frames.Count(rest.data(), rest.size());
        continue;
      }
      delivered_ += socket.frames.Count(data, size);
    }
  }

  const std::string hello_;
  int epoll_ = -1;
  std::vector<std::unique_ptr<Socket>> sockets_;
  double delivered_ = 0;
  double published_ = 0;
  double idle_before_ = 0;
  double idle_after_ = 0;
};

const std::string kMetadata =
    "{\"page\":\"/dashboard\",\"cursor\":[120,340],\"device\":\"" + std::string(120, 'x') + "\"}";

// presenced: published by PUT on one connection, answers drained.
class Ours final : public Side {
 public:
  explicit Ours(const std::string& server)
      : Side({server, "memory", "-"}, "/v1/realtime?project=bench",
             "{\"type\":\"subscribe\",\"data\":[{\"subscriptionId\":\"s1\",\"channels\":["
             "\"presences\"]}]}"),
        publisher_(ConnectTo(address_)) {}

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
class Peer final : public Side {
 public:
  Peer(const std::string& node, const std::string& script)
      : Side({node, script}, "/socket.io/?EIO=4&transport=websocket", "40"),
        publisher_(ConnectTo(child_.words()[0])) {}

 private:
  void Publish() override { SendAll(publisher_, "\n"); }

  int publisher_;
};

}  // namespace

void Run(const std::string& server, const std::string& node, const std::string& script) {
  Ours ours(server);
  Peer peer(node, script);
  std::vector<double> our_rates;
  std::vector<double> our_cpu;
  std::vector<double> peer_rates;
  std::vector<double> peer_cpu;
  for (int i = 0; i < kRounds; ++i) {
    ours.Round(&our_rates, &our_cpu);
    peer.Round(&peer_rates, &peer_cpu);
  }
  std::printf(
      "{\"bench\":\"websocket_fan_out\",\"sockets\":%d,\"ratio\":%.1f,\"floor\":3,"
      "\"deliveries_per_s\":%.0f,\"socket_io_per_s\":%.0f,\"cpu_us_per_delivery\":%.2f,"
      "\"socket_io_cpu_us\":%.2f,\"idle_bytes_per_socket\":%.0f,"
      "\"socket_io_idle_bytes\":%.0f}\n",
      kSockets, Median(our_rates) / Median(peer_rates), Median(our_rates), Median(peer_rates),
      Median(our_cpu), Median(peer_cpu), ours.idle_bytes(), peer.idle_bytes());
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
