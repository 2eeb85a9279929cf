// ReaderGuard: notices that nobody reads a pipe any more, while nothing is written to it.
//
// `presencectl watch | head -1` would otherwise wait for the next event to find out.
//
// Threads: confined to one; `on_gone` runs on a thread of its own.
#pragma once

#include <atomic>
#include <functional>

#include "client/cli/wakeups.h"
#include "server/base/thread.h"

namespace presences::cli {

// True: `fd` is a pipe, socket or terminal whose other end is closed.
bool ReaderGone(int fd);

class ReaderGuard {
 public:
  // `fd` -1: nothing to guard.
  ReaderGuard(int fd, std::function<void()> on_gone);
  ~ReaderGuard();
  ReaderGuard(const ReaderGuard&) = delete;
  ReaderGuard& operator=(const ReaderGuard&) = delete;

  bool reader_gone() const { return gone_; }

 private:
  std::atomic<bool> gone_{false};
  WakeFd stop_;
  Thread thread_;  // last: it uses the others
};

}  // namespace presences::cli
