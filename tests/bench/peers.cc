#include "tests/bench/peers.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "tests/bench/tcp.h"

namespace presences::bench {
namespace {

constexpr int kPipelined = 500;

// `options` take the port behind them.
std::unique_ptr<PeerServer> Start(const std::string& program, const std::string& options) {
  if (!std::filesystem::exists(program)) {
    std::fprintf(stderr, "bench: no %s, so no comparison with it\n", program.c_str());
    return nullptr;
  }
  const std::string port = std::to_string(FreePort());
  auto peer = std::make_unique<PeerServer>();
  peer->address = "127.0.0.1:" + port;
  const std::string command =
      "echo starting; exec " + program + " " + options + " " + port + " >/dev/null 2>&1";
  peer->child = std::make_unique<BenchChild>(std::vector<std::string>{"/bin/sh", "-c", command});
  peer->child->EndBySignal();
  WaitFor(peer->address);
  return peer;
}

std::string Bulk(const std::string& text) {
  return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
}

void ExpectOk(int fd, int answers) {
  const std::string ok = "+OK\r\n";
  std::string read;
  char buffer[4096];
  while (read.size() < ok.size() * static_cast<std::size_t>(answers)) {
    const ssize_t n = recv(fd, buffer, sizeof(buffer), 0);
    if (n > 0) read.append(buffer, static_cast<std::size_t>(n));
    if (n <= 0 || read.find('-') != std::string::npos) {
      std::fprintf(stderr, "bench: redis: %s\n", read.c_str());
      std::exit(1);
    }
  }
}

}  // namespace

std::unique_ptr<PeerServer> StartRedis() {
  return Start("/usr/bin/redis-server", "--save '' --appendonly no --bind 127.0.0.1 --port");
}

std::unique_ptr<PeerServer> StartNats() {
  return Start("/usr/sbin/nats-server", "--addr 127.0.0.1 --port");
}

void FillRedis(const PeerServer& redis, int count, const std::function<std::string(int)>& key,
               const std::function<std::string(int)>& value) {
  const int fd = ConnectTo(redis.address);
  for (int i = 0; i < count;) {
    std::string commands;
    int sent = 0;
    for (; sent < kPipelined && i < count; ++sent, ++i) {
      commands +=
          "*5\r\n$3\r\nSET\r\n" + Bulk(key(i)) + Bulk(value(i)) + Bulk("PX") + Bulk("3600000");
    }
    SendAll(fd, commands);
    ExpectOk(fd, sent);
  }
  close(fd);
}

}  // namespace presences::bench
