// FilterNode: one condition of a query, as a tree of small immutable objects.
//
// Threads: immutable.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/core/filter.h"
#include "server/core/presence.h"

namespace presences {

class FilterNode {
 public:
  virtual ~FilterNode() = default;

  virtual bool Matches(const Presence& record) const = 0;
  // Adds a text that is equal only for nodes that filter alike.
  virtual void AppendCanonical(std::string& out) const = 0;
  // Adds the equalities that hold for every record that matches.
  virtual void AppendEqualities(std::vector<IndexableEquality>& /*out*/) const {}
  // True: it is one of those equalities, and nothing more.
  virtual bool IsEquality() const { return false; }
};

using FilterNodePtr = std::shared_ptr<const FilterNode>;

// Adds name(a,b,...) with the nodes' texts sorted and without duplicates: and, or do not care
// for order.
void AppendCanonicalSet(absl::string_view name, const std::vector<FilterNodePtr>& nodes,
                        std::string& out);

}  // namespace presences
