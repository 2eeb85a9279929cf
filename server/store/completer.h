// Completer: calls Done on committed writes, so that the committer can already sync the next group.
//
// Done answers a caller, which costs several times what the commit of its write did; on the
// committing thread it would keep the device idle between two syncs.
//
// Threads: any; owns one thread.
#pragma once

#include "server/base/heartbeat.h"
#include "server/base/mutex.h"
#include "server/base/thread.h"
#include "server/store/write_queue.h"

namespace presences::store {

// Calls Done on every write, in order; the writes delete themselves.
void CompleteAll(WriteQueue::Group& group);

class Completer {
 public:
  explicit Completer(Heartbeat& heart);
  // Completes what was posted, then stops.
  ~Completer();

  // Takes the writes and leaves `*group` empty.
  void Post(WriteQueue::Group* group);

 private:
  void Loop();

  Heartbeat& heart_;
  Mutex mutex_;
  CondVar cv_;
  WriteQueue::Group posted_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
  Thread thread_;
};

}  // namespace presences::store
