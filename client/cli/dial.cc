#include "client/cli/dial.h"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace presences::cli {
namespace {

using std::chrono::milliseconds;

// Connects one address. 0, or the errno.
int ConnectOne(const addrinfo& address, int fd, milliseconds timeout) {
  if (connect(fd, address.ai_addr, address.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  pollfd waiting{.fd = fd, .events = POLLOUT, .revents = 0};
  if (poll(&waiting, 1, static_cast<int>(timeout.count())) != 1) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof(error);
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

absl::Status ErrorOf(const std::string& address, int error) {
  const std::string text = absl::StrCat(address, ": ", std::strerror(error));
  return error == ETIMEDOUT ? absl::DeadlineExceededError(text) : absl::UnavailableError(text);
}

}  // namespace

absl::StatusOr<int> Dial(const std::string& address, milliseconds timeout) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon + 1 == address.size()) {
    return absl::InvalidArgumentError(absl::StrCat(address, ": is not host:port"));
  }
  absl::string_view host = absl::string_view(address).substr(0, colon);
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(std::string(host).c_str(), address.c_str() + colon + 1, &hints, &found) != 0) {
    return absl::NotFoundError(absl::StrCat(host, ": no such host"));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses(found, freeaddrinfo);
  int error = ECONNREFUSED;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    const int fd = socket(each->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) continue;
    error = ConnectOne(*each, fd, timeout);
    if (error == 0) return fd;
    close(fd);
  }
  return ErrorOf(address, error);
}

std::string Diagnose(const std::string& endpoint) {
  absl::string_view address = endpoint;
  bool tls = false;
  while (absl::ConsumePrefix(&address, "https://")) tls = true;
  absl::ConsumePrefix(&address, "http://");
  absl::ConsumeSuffix(&address, "/");
  if (absl::StrContains(address, "/")) return "";  // a gRPC target such as dns:///
  const auto socket = Dial(std::string(address), milliseconds(1000));
  if (socket.ok()) {
    close(*socket);
    return absl::StrCat("something listens there, but does not speak gRPC ",
                        tls ? "over TLS" : "without TLS (https:// or --tls switches it on)",
                        ", or is too busy to answer");
  }
  if (absl::IsNotFound(socket.status())) return "no host has this name";
  if (absl::IsUnavailable(socket.status())) return "nothing listens there";
  if (absl::IsDeadlineExceeded(socket.status()))
    return "no answer from there; is a firewall between?";
  return "an endpoint is host:port";
}

}  // namespace presences::cli
