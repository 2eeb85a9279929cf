// WriteQueue: the writes that wait for the committer, first come first served.
//
// Intrusive, so that queueing a write allocates nothing.
//
// Threads: one at a time (the committer's queue mutex).
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "server/base/clock.h"
#include "server/store/write.h"

namespace presences::store {

class WriteQueue {
 public:
  using Group = std::vector<std::unique_ptr<Write>>;

  WriteQueue() = default;
  ~WriteQueue();
  WriteQueue(const WriteQueue&) = delete;
  WriteQueue& operator=(const WriteQueue&) = delete;

  bool empty() const { return first_ == nullptr; }
  void Push(std::unique_ptr<Write> write, MonotonicTime now);
  // How long the oldest write has waited; zero when empty.
  MonotonicTime::duration OldestAge(MonotonicTime now) const;
  // Moves the oldest writes into `group`, at most `max_operations` operations, but at least one
  // write. Answers when the oldest was queued. REQUIRES: not empty.
  MonotonicTime PopGroup(std::size_t max_operations, Group* group);

 private:
  Write* first_ = nullptr;
  Write* last_ = nullptr;
};

}  // namespace presences::store
