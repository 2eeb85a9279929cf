// Servers of others to compare with, where they are installed: Debian's redis-server, nats-server.
//
// Threads: one at a time.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "tests/bench/bench_child.h"

namespace presences::bench {

struct PeerServer {
  std::string address;
  std::unique_ptr<BenchChild> child;
};

// Without persistence, as both are by default for what is compared. Null, with a line that says
// so, where the program is not installed.
std::unique_ptr<PeerServer> StartRedis();
std::unique_ptr<PeerServer> StartNats();

// SET key(i) value(i) PX one hour, for i < count.
void FillRedis(const PeerServer& redis, int count, const std::function<std::string(int)>& key,
               const std::function<std::string(int)>& value);

}  // namespace presences::bench
