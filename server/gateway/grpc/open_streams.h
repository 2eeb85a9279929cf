// OpenStreams: the Connect calls under way, for what concerns them all: the server stops, or
// credentials were revoked. One that only holds presences has no session of the hub that would
// notice.
//
// Threads: any. Lock order: its own mutex alone; nothing is called with it held.
#pragma once

#include <functional>
#include <map>

#include "server/base/mutex.h"

namespace presences::gateway {

class OpenStreams {
 public:
  // How to reach a stream. Both keep alive what they need, and may still be called while Remove
  // returns.
  struct Calls {
    std::function<void()> end;
    std::function<void()> check_credential;
  };

  // `calls.end` is called at once when the end of all has come before.
  void Add(const void* stream, Calls calls);
  void Remove(const void* stream);
  // Calls the `check_credential` of every stream.
  void CheckCredentials();
  // Calls the `end` of every stream, and of those that come later.
  void EndAll();

 private:
  using CallsOf = std::map<const void*, Calls>;

  Mutex mutex_;
  bool ending_ GUARDED_BY(mutex_) = false;
  CallsOf streams_ GUARDED_BY(mutex_);
};

}  // namespace presences::gateway
