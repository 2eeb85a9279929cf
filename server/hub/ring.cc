#include "server/hub/ring.h"

#include <algorithm>
#include <utility>

#include "server/base/check.h"

namespace presences::hub {

ChangeRing::ChangeRing(Limits limits, Revision head) : limits_(limits), floor_(head), head_(head) {}

void ChangeRing::Append(ChangePtr change) {
  PRESENCES_CHECK(change->revision() > head_);
  head_ = change->revision();
  bytes_ += Cost(*change);
  changes_.push_back(std::move(change));
  while (changes_.size() > limits_.changes || (bytes_ > limits_.bytes && changes_.size() > 1)) {
    floor_ = changes_.front()->revision();
    bytes_ -= Cost(*changes_.front());
    changes_.pop_front();
  }
}

std::vector<ChangePtr> ChangeRing::After(Revision cursor, std::size_t max) const {
  PRESENCES_CHECK(cursor >= floor_);
  const auto first = std::upper_bound(
      changes_.begin(), changes_.end(), cursor,
      [](Revision revision, const ChangePtr& change) { return revision < change->revision(); });
  const auto count = std::min<std::size_t>(max, static_cast<std::size_t>(changes_.end() - first));
  return {first, first + static_cast<std::ptrdiff_t>(count)};
}

std::size_t ChangeRing::Cost(const Change& change) {
  // The newer record, its predecessor kept alive, and two encodings of about its size.
  return sizeof(Change) + 4 * change.record().size_bytes();
}

}  // namespace presences::hub
