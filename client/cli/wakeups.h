// Signals and notices as file descriptors, so that one poll(2) waits for everything.
//
// Threads: SignalFd confined to the main thread; WakeFd any.
#pragma once

#include <signal.h>

#include <initializer_list>

namespace presences::cli {

// Receives signals instead of letting them end the program. Make it before other threads start:
// they must block the same signals.
class SignalFd {
 public:
  explicit SignalFd(std::initializer_list<int> signals);
  ~SignalFd();
  SignalFd(const SignalFd&) = delete;
  SignalFd& operator=(const SignalFd&) = delete;

  int fd() const { return fd_; }
  // The signal that is waiting; 0: none.
  int Take();
  // From now on they end the program as usual.
  void Release();

 private:
  sigset_t set_;
  int fd_;
};

// Readable from the first Wake on.
class WakeFd {
 public:
  WakeFd();
  ~WakeFd();
  WakeFd(const WakeFd&) = delete;
  WakeFd& operator=(const WakeFd&) = delete;

  int fd() const { return fd_; }
  void Wake();
  // Not readable again until the next Wake.
  void Clear();

 private:
  int fd_;
};

}  // namespace presences::cli
