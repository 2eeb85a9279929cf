// HealthMonitor: tells grpc.health.v1 and the log when the process's health changes.
//
// Polls, because what makes a server unwell (a stuck thread, a disk that does not answer) calls
// nobody. What the services say while the storage refuses writes: docs/operations.md.
//
// Threads: any; owns one thread.
#pragma once

#include <cstdint>
#include <string>

#include "server/app/health.h"
#include "server/base/clock.h"
#include "server/base/heartbeat.h"
#include "server/base/mutex.h"
#include "server/base/thread.h"
#include "server/gateway/grpc/grpc_server.h"

namespace presences::app {

class HealthMonitor {
 public:
  // Both outlive it. gRPC is told nothing by others.
  HealthMonitor(const Health& health, gateway::GrpcServer& grpc, Heartbeats& heartbeats,
                Clock& clock);
  ~HealthMonitor();

  // Looks now; returns when everybody has been told.
  void Refresh();
  // The last look was the last one.
  void Stop();

 private:
  void Loop();
  void Look();

  const Health& health_;
  gateway::GrpcServer& grpc_;
  Clock& clock_;
  Heartbeat& heart_;

  // Of the thread.
  MonotonicTime next_probe_;
  std::string problems_ = "unknown";

  Mutex mutex_;
  CondVar cv_;      // a look is wanted, or stop
  CondVar looked_;  // `done_` has moved
  std::uint64_t wanted_ GUARDED_BY(mutex_) = 1;
  std::uint64_t done_ GUARDED_BY(mutex_) = 0;
  bool stopping_ GUARDED_BY(mutex_) = false;
  Thread thread_;  // last: starts when everything else exists
};

}  // namespace presences::app
