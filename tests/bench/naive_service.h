// NaiveService: fan-out as one writes it first, to compare with. Each event is one Write to each
// follower.
//
// Threads: any.
#pragma once

#include <grpcpp/grpcpp.h>

#include <set>

#include "nop.grpc.pb.h"
#include "server/base/mutex.h"

namespace presences::bench {

class NaiveService final : public Naive::CallbackService {
 public:
  grpc::ServerUnaryReactor* Publish(grpc::CallbackServerContext* context, const NaiveEvent* event,
                                    NopMessage* answer) override;
  grpc::ServerWriteReactor<NaiveEvent>* Follow(grpc::CallbackServerContext* context,
                                               const NopMessage* request) override;

 private:
  class Follower;

  Mutex mutex_;
  std::set<Follower*> followers_ GUARDED_BY(mutex_);
};

}  // namespace presences::bench
