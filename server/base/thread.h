// Thread: a named thread that is joined when it goes out of scope.
//
// Owners make their loop return before the Thread member is destroyed. Names (at most 15
// characters) are what `top -H` and a debugger show.
//
// Threads: confined to the owner.
#pragma once

#include <functional>
#include <string>
#include <thread>

namespace presences {

class Thread {
 public:
  Thread() = default;
  Thread(const std::string& name, std::function<void()> body);
  Thread(Thread&&) noexcept = default;
  // REQUIRES: this thread is not running.
  Thread& operator=(Thread&&) noexcept = default;
  ~Thread();

  // Waits until the body has returned. Safe to call twice.
  void Join();

 private:
  std::thread thread_;
};

}  // namespace presences
