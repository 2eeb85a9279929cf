#include "client/cli/wakeups.h"

#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cstdint>

namespace presences::cli {

SignalFd::SignalFd(std::initializer_list<int> signals) {
  sigemptyset(&set_);
  for (const int number : signals) sigaddset(&set_, number);
  pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  fd_ = signalfd(-1, &set_, SFD_NONBLOCK | SFD_CLOEXEC);
}

SignalFd::~SignalFd() { close(fd_); }

int SignalFd::Take() {
  signalfd_siginfo info;
  const bool taken = read(fd_, &info, sizeof(info)) == static_cast<ssize_t>(sizeof(info));
  return taken ? static_cast<int>(info.ssi_signo) : 0;
}

void SignalFd::Release() { pthread_sigmask(SIG_UNBLOCK, &set_, nullptr); }

WakeFd::WakeFd() : fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

WakeFd::~WakeFd() { close(fd_); }

void WakeFd::Wake() {
  const std::uint64_t one = 1;
  // Fails only when the counter is full, and then it is readable anyway.
  [[maybe_unused]] const ssize_t written = write(fd_, &one, sizeof(one));
}

void WakeFd::Clear() {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t taken = read(fd_, &count, sizeof(count));
}

}  // namespace presences::cli
