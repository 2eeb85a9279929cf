#include "server/store/completer.h"

#include <iterator>
#include <utility>

namespace presences::store {

void CompleteAll(WriteQueue::Group& group) {
  for (std::unique_ptr<Write>& write : group) write.release()->Done();
  group.clear();
}

Completer::Completer(Heartbeat& heart) : heart_(heart), thread_("completer", [this] { Loop(); }) {}

Completer::~Completer() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  cv_.NotifyOne();
}

void Completer::Post(WriteQueue::Group* group) {
  {
    MutexLock lock(mutex_);
    heart_.Expect();
    if (posted_.empty()) {
      posted_.swap(*group);
    } else {
      posted_.insert(posted_.end(), std::make_move_iterator(group->begin()),
                     std::make_move_iterator(group->end()));
      group->clear();
    }
  }
  cv_.NotifyOne();
}

void Completer::Loop() {
  WriteQueue::Group group;
  MutexLock lock(mutex_);
  for (;;) {
    if (posted_.empty()) heart_.Rest();
    while (posted_.empty() && !stopping_) cv_.Wait(lock);
    if (posted_.empty()) return;
    heart_.Beat();
    group.swap(posted_);
    lock.Unlock();
    CompleteAll(group);
    lock.Lock();
  }
}

}  // namespace presences::store
