#include "server/gateway/grpc/connect_registry.h"

#include <vector>

#include "server/gateway/grpc/connect_stream.h"

namespace presences::gateway {

void ConnectRegistry::Add(const std::shared_ptr<ConnectStream>& stream) {
  MutexLock lock(mutex_);
  streams_.emplace(stream.get(), stream);
}

void ConnectRegistry::Remove(const ConnectStream& stream) {
  MutexLock lock(mutex_);
  streams_.erase(&stream);
}

void ConnectRegistry::CheckCredentials() {
  std::vector<std::shared_ptr<ConnectStream>> open;
  {
    MutexLock lock(mutex_);
    for (const auto& [key, weak] : streams_) {
      if (auto stream = weak.lock()) open.push_back(std::move(stream));
    }
  }
  for (const auto& stream : open) stream->CheckCredential();
}

}  // namespace presences::gateway
