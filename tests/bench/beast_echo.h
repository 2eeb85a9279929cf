// BeastEcho: the ceiling of the HTTP measurements: Beast's own parser and serializer, nothing else.
//
// Answers each request with its body. One thread, no time-outs.
//
// Threads: one at a time; serves on a thread of its own.
#pragma once

#include <cstdint>
#include <memory>

namespace presences::bench {

class BeastEcho {
 public:
  // Listens on a free port of the loopback interface.
  BeastEcho();
  ~BeastEcho();
  std::uint16_t port() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace presences::bench
