#include "client/cli/reader_guard.h"

#include <poll.h>

#include <array>
#include <utility>

namespace presences::cli {
namespace {

constexpr short kGone = POLLERR | POLLHUP;  // of a pipe, of a socket or terminal

}  // namespace

bool ReaderGone(int fd) {
  pollfd pipe{.fd = fd, .events = 0, .revents = 0};
  return poll(&pipe, 1, 0) == 1 && (pipe.revents & kGone) != 0;
}

ReaderGuard::ReaderGuard(int fd, std::function<void()> on_gone) {
  if (fd < 0) return;
  thread_ = Thread("reader-guard", [this, fd, on_gone = std::move(on_gone)] {
    std::array<pollfd, 2> fds = {{{.fd = fd, .events = 0, .revents = 0},
                                  {.fd = stop_.fd(), .events = POLLIN, .revents = 0}}};
    while (poll(fds.data(), fds.size(), -1) < 0) {
    }
    if ((fds[0].revents & kGone) == 0) return;
    gone_ = true;
    on_gone();
  });
}

ReaderGuard::~ReaderGuard() {
  stop_.Wake();
  thread_.Join();
}

}  // namespace presences::cli
