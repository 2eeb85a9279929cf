#include "server/gateway/grpc/open_streams.h"

#include <utility>

namespace presences::gateway {

void OpenStreams::Add(const void* stream, std::function<void()> end) {
  {
    MutexLock lock(mutex_);
    if (!ending_) {
      ends_.emplace(stream, std::move(end));
      return;
    }
  }
  end();
}

void OpenStreams::Remove(const void* stream) {
  Ends::node_type former;  // dies without the mutex
  MutexLock lock(mutex_);
  former = ends_.extract(stream);
}

void OpenStreams::EndAll() {
  Ends ends;
  {
    MutexLock lock(mutex_);
    ending_ = true;
    ends.swap(ends_);
  }
  for (const auto& [stream, end] : ends) end();
}

}  // namespace presences::gateway
