// SelfProbe: calls the server's own health service, to see that callbacks still run.
//
// The call comes in process, so neither TLS nor a full socket is in its way; but it is answered by
// the same threads that answer everybody, and when all of them are stuck it does not come back.
//
// Threads: any. Lock order: its mutex alone.
#pragma once

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/server.h>

#include <memory>

#include "server/base/heartbeat.h"
#include "server/base/mutex.h"

namespace presences::gateway {

class SelfProbe {
 public:
  // `heart` waits for an answer from Start until it comes.
  SelfProbe(grpc::Server& server, Heartbeat& heart);
  ~SelfProbe();

  // Sends a call, unless one is under way.
  void Start();
  // Cancels the call under way; none follows. Returns when it has ended.
  void Stop();

 private:
  struct Call;

  Heartbeat& heart_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<grpc::GenericStub> stub_;

  Mutex mutex_;
  CondVar ended_;
  std::unique_ptr<Call> call_ GUARDED_BY(mutex_);  // under way
  bool stopped_ GUARDED_BY(mutex_) = false;
};

}  // namespace presences::gateway
