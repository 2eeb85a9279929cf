// ChangeRing: a project's newest changes, bounded in number and bytes.
//
// Everyone reads the same ring with a cursor of their own, so a slow reader costs nothing; one
// that falls behind the floor is reset.
//
// Threads: confined to its Topic's mutex.
// Invariant: revisions ascend; every change after floor() is present.
#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include "server/core/change.h"

namespace presences::hub {

class ChangeRing {
 public:
  struct Limits {
    std::size_t changes = 16'384;
    std::size_t bytes = std::size_t{64} << 20;
  };

  // `head` is the newest revision that exists; the ring begins empty after it.
  ChangeRing(Limits limits, Revision head);

  void Append(ChangePtr change);

  // Changes later than `cursor`, at most `max`. REQUIRES: cursor >= floor().
  std::vector<ChangePtr> After(Revision cursor, std::size_t max) const;

  Revision floor() const { return floor_; }  // cursors below it have missed changes
  Revision head() const { return head_; }

 private:
  static std::size_t Cost(const Change& change);

  const Limits limits_;
  std::deque<ChangePtr> changes_;
  std::size_t bytes_ = 0;
  Revision floor_;
  Revision head_;
};

}  // namespace presences::hub
