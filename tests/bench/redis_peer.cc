#include "tests/bench/redis_peer.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <thread>

namespace presences::bench {
namespace {

constexpr char kProgram[] = "/usr/bin/redis-server";
constexpr int kPipelined = 500;

[[noreturn]] void Fail(const char* what) {
  std::fprintf(stderr, "bench: redis: %s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

int Connect(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  // Its first line says that it starts, not that it listens.
  for (int attempt = 0; attempt < 500; ++attempt) {
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) return fd;
    close(fd);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  Fail("connect");
}

std::string Bulk(const std::string& text) {
  return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
}

}  // namespace

std::unique_ptr<RedisPeer> RedisPeer::Start(const std::string& folder) {
  if (!std::filesystem::exists(kProgram)) {
    std::fprintf(stderr, "bench: no %s, so no comparison; install redis-server for it\n", kProgram);
    return nullptr;
  }
  std::filesystem::create_directories(folder);
  return std::unique_ptr<RedisPeer>(new RedisPeer(kProgram, folder + "/redis.sock"));
}

RedisPeer::RedisPeer(const std::string& program, const std::string& socket)
    : server_({program, "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no"}),
      fd_(Connect(socket)) {}

RedisPeer::~RedisPeer() {
  Send("SHUTDOWN NOSAVE\r\n");
  close(fd_);
}

void RedisPeer::Fill(int count, const std::function<std::string(int)>& key,
                     const std::function<std::string(int)>& value) {
  for (int i = 0; i < count;) {
    std::string commands;
    int sent = 0;
    for (; sent < kPipelined && i < count; ++sent, ++i) {
      commands +=
          "*5\r\n$3\r\nSET\r\n" + Bulk(key(i)) + Bulk(value(i)) + Bulk("PX") + Bulk("3600000");
    }
    Send(commands);
    ExpectOk(sent);
  }
}

void RedisPeer::Send(const std::string& bytes) {
  for (std::size_t sent = 0; sent < bytes.size();) {
    const ssize_t n = send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) Fail("send");
    sent += static_cast<std::size_t>(n);
  }
}

void RedisPeer::ExpectOk(int answers) {
  const std::string ok = "+OK\r\n";
  std::string read;
  char buffer[4096];
  while (read.size() < ok.size() * static_cast<std::size_t>(answers)) {
    const ssize_t n = recv(fd_, buffer, sizeof(buffer), 0);
    if (n <= 0) Fail("recv");
    read.append(buffer, static_cast<std::size_t>(n));
    if (read.find('-') != std::string::npos) Fail(read.c_str());
  }
}

}  // namespace presences::bench
