#include "tests/bench/naive_service.h"

#include <deque>
#include <memory>

namespace presences::bench {

using EventPtr = std::shared_ptr<const NaiveEvent>;

class NaiveService::Follower final : public grpc::ServerWriteReactor<NaiveEvent> {
 public:
  explicit Follower(NaiveService& service) : service_(service) {
    StartSendInitialMetadata();
    MutexLock lock(service_.mutex_);
    service_.followers_.insert(this);
  }

  void Send(EventPtr event) {
    MutexLock lock(mutex_);
    waiting_.push_back(std::move(event));
    if (waiting_.size() == 1) StartWrite(waiting_.front().get());
  }
  void OnWriteDone(bool ok) override {
    MutexLock lock(mutex_);
    waiting_.pop_front();
    if (ok && !waiting_.empty()) StartWrite(waiting_.front().get());
  }
  void OnCancel() override {
    {
      MutexLock lock(service_.mutex_);
      service_.followers_.erase(this);
    }
    Finish(grpc::Status::CANCELLED);
  }
  void OnDone() override { delete this; }

 private:
  NaiveService& service_;
  Mutex mutex_;
  std::deque<EventPtr> waiting_ GUARDED_BY(mutex_);  // the first is being written
};

grpc::ServerUnaryReactor* NaiveService::Publish(grpc::CallbackServerContext* context,
                                                const NaiveEvent* event, NopMessage*) {
  const auto shared = std::make_shared<const NaiveEvent>(*event);
  {
    MutexLock lock(mutex_);
    for (Follower* follower : followers_) follower->Send(shared);
  }
  auto* reactor = context->DefaultReactor();
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

grpc::ServerWriteReactor<NaiveEvent>* NaiveService::Follow(grpc::CallbackServerContext*,
                                                           const NopMessage*) {
  return new Follower(*this);
}

}  // namespace presences::bench
