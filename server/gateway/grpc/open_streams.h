// OpenStreams: the Connect calls under way, so that a server that stops can end them: one that
// only holds presences has no session of the hub that would.
//
// Threads: any. Lock order: its own mutex alone; nothing is called with it held.
#pragma once

#include <functional>
#include <map>

#include "server/base/mutex.h"

namespace presences::gateway {

class OpenStreams {
 public:
  // `end` keeps alive what it needs, and may still be called while Remove returns. It is called at
  // once when the end of all has come before.
  void Add(const void* stream, std::function<void()> end);
  void Remove(const void* stream);
  // Calls the `end` of every stream, and of those that come later.
  void EndAll();

 private:
  using Ends = std::map<const void*, std::function<void()>>;

  Mutex mutex_;
  bool ending_ GUARDED_BY(mutex_) = false;
  Ends ends_ GUARDED_BY(mutex_);
};

}  // namespace presences::gateway
