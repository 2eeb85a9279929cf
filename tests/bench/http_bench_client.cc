#include "tests/bench/http_bench_client.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace presences::bench {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void Die(const char* what) {
  std::perror(what);
  std::exit(1);
}

int Connect(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) Die("connect");
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

// The size of the answer that begins `text`; 0: not all of its head is there.
std::size_t AnswerSize(const std::string& text) {
  static constexpr char kLength[] = "Content-Length: ";
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string::npos) return 0;
  const std::size_t length = text.find(kLength);
  if (length == std::string::npos || length > end) return end + 4;
  return end + 4 + std::strtoul(text.c_str() + length + sizeof kLength - 1, nullptr, 10);
}

}  // namespace

HttpBenchClient::HttpBenchClient(std::uint16_t port, int connections)
    : poll_(::epoll_create1(0)), connections_(static_cast<std::size_t>(connections)) {
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    connections_[i].socket = Connect(port);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    ::epoll_ctl(poll_, EPOLL_CTL_ADD, connections_[i].socket, &event);
  }
}

HttpBenchClient::~HttpBenchClient() {
  for (const Connection& connection : connections_) ::close(connection.socket);
  ::close(poll_);
}

void HttpBenchClient::Send(Connection& connection, const std::string& request) {
  if (::send(connection.socket, request.data(), request.size(), 0) !=
      static_cast<ssize_t>(request.size())) {
    Die("send");
  }
}

bool HttpBenchClient::Receive(Connection& connection, Result* result) {
  char buffer[8192];
  const ssize_t got = ::recv(connection.socket, buffer, sizeof buffer, 0);
  if (got <= 0) Die("recv");
  connection.input.append(buffer, static_cast<std::size_t>(got));
  const std::size_t size = AnswerSize(connection.input);
  if (size == 0 || connection.input.size() < size) return false;
  ++result->answers;
  if (connection.input.compare(9, 3, "200") != 0) ++result->refused;
  connection.input.clear();  // nothing is pipelined
  return true;
}

HttpBenchClient::Result HttpBenchClient::Run(const std::vector<std::string>& requests,
                                             std::chrono::milliseconds window) {
  Result result;
  const auto started = Clock::now();
  std::size_t next = 0;
  for (Connection& connection : connections_) Send(connection, requests[next++ % requests.size()]);
  std::size_t under_way = connections_.size();
  std::vector<epoll_event> events(connections_.size());
  while (under_way > 0) {
    const int count = ::epoll_wait(poll_, events.data(), static_cast<int>(events.size()), -1);
    const bool go_on = Clock::now() - started < window;
    for (int i = 0; i < count; ++i) {
      Connection& connection = connections_[events[static_cast<std::size_t>(i)].data.u64];
      if (!Receive(connection, &result)) continue;
      if (go_on) {
        Send(connection, requests[next++ % requests.size()]);
      } else {
        --under_way;
      }
    }
  }
  result.seconds = std::chrono::duration<double>(Clock::now() - started).count();
  return result;
}

}  // namespace presences::bench
