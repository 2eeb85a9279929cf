// RedisPeer: a redis-server of its own on a unix socket, and pipelined SETs to it.
//
// Threads: one at a time.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "tests/bench/bench_child.h"

namespace presences::bench {

class RedisPeer {
 public:
  // Null, with a line that says so, where redis-server is not installed.
  static std::unique_ptr<RedisPeer> Start(const std::string& folder);
  ~RedisPeer();
  RedisPeer(const RedisPeer&) = delete;
  RedisPeer& operator=(const RedisPeer&) = delete;

  // SET key(i) value(i) PX one hour, for i < count; exits the process when an answer is an error.
  void Fill(int count, const std::function<std::string(int)>& key,
            const std::function<std::string(int)>& value);
  double ResidentBytes() const { return server_.ResidentBytes(); }

 private:
  RedisPeer(const std::string& program, const std::string& socket);
  void Send(const std::string& bytes);
  void ExpectOk(int answers);

  BenchChild server_;
  int fd_ = -1;
};

}  // namespace presences::bench
