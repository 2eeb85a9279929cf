#include "server/gateway/grpc/open_streams.h"

#include <utility>

namespace presences::gateway {

void OpenStreams::Add(const void* stream, Calls calls) {
  {
    MutexLock lock(mutex_);
    if (!ending_) {
      streams_.emplace(stream, std::move(calls));
      return;
    }
  }
  calls.end();
}

void OpenStreams::Remove(const void* stream) {
  CallsOf::node_type former;  // dies without the mutex
  MutexLock lock(mutex_);
  former = streams_.extract(stream);
}

void OpenStreams::CheckCredentials() {
  CallsOf streams;
  {
    MutexLock lock(mutex_);
    streams = streams_;
  }
  for (const auto& [stream, calls] : streams) calls.check_credential();
}

void OpenStreams::EndAll() {
  CallsOf streams;
  {
    MutexLock lock(mutex_);
    ending_ = true;
    streams.swap(streams_);
  }
  for (const auto& [stream, calls] : streams) calls.end();
}

}  // namespace presences::gateway
