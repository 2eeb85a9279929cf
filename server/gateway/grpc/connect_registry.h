// ConnectRegistry: the Connect streams that are open, to be told when credentials were revoked.
//
// A stream may have no subscription that would notice, and still hold presences.
//
// Threads: any. Lock order: its mutex alone; streams are called without it.
#pragma once

#include <memory>
#include <unordered_map>

#include "server/base/mutex.h"

namespace presences::gateway {

class ConnectStream;

class ConnectRegistry {
 public:
  void Add(const std::shared_ptr<ConnectStream>& stream);
  void Remove(const ConnectStream& stream);
  // Each looks at its credential.
  void CheckCredentials();

 private:
  Mutex mutex_;
  std::unordered_map<const ConnectStream*, std::weak_ptr<ConnectStream>> streams_
      GUARDED_BY(mutex_);
};

}  // namespace presences::gateway
