#include "server/store/write_queue.h"

namespace presences::store {
namespace {

// An expiry counts by its records: each is a change of its own.
std::size_t WeightOf(const Write& write) {
  std::size_t weight = write.operations.size();
  for (const Operation& operation : write.operations) {
    if (const auto* expire = std::get_if<ExpireInput>(&operation)) {
      weight += expire->presence_ids.size();
    }
  }
  return weight;
}

}  // namespace

WriteQueue::~WriteQueue() {
  while (first_ != nullptr) {
    const std::unique_ptr<Write> write(first_);
    first_ = write->next_;
  }
}

void WriteQueue::Push(std::unique_ptr<Write> write, MonotonicTime now) {
  Write* const added = write.release();
  added->enqueued_ = now;
  added->next_ = nullptr;
  (first_ == nullptr ? first_ : last_->next_) = added;
  last_ = added;
}

MonotonicTime::duration WriteQueue::OldestAge(MonotonicTime now) const {
  return first_ == nullptr ? MonotonicTime::duration::zero() : now - first_->enqueued_;
}

MonotonicTime WriteQueue::PopGroup(std::size_t max_operations, Group* group) {
  const MonotonicTime oldest = first_->enqueued_;
  std::size_t operations = 0;
  do {
    operations += WeightOf(*first_);
    if (!group->empty() && operations > max_operations) break;
    group->emplace_back(first_);
    first_ = first_->next_;
  } while (first_ != nullptr);
  return oldest;
}

}  // namespace presences::store
