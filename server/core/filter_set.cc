#include <utility>

#include "server/core/filter.h"
#include "server/core/filter_node.h"

namespace presences {

FilterSet::FilterSet() = default;
FilterSet::FilterSet(std::vector<std::shared_ptr<const FilterNode>> nodes)
    : nodes_(std::move(nodes)) {}
FilterSet::~FilterSet() = default;
FilterSet::FilterSet(const FilterSet&) = default;
FilterSet& FilterSet::operator=(const FilterSet&) = default;

bool FilterSet::Matches(const Presence& record) const {
  for (const FilterNodePtr& node : nodes_) {
    if (!node->Matches(record)) return false;
  }
  return true;
}

std::vector<IndexableEquality> FilterSet::Equalities() const {
  std::vector<IndexableEquality> equalities;
  for (const FilterNodePtr& node : nodes_) node->AppendEqualities(equalities);
  return equalities;
}

std::optional<IndexableEquality> FilterSet::SoleEquality() const {
  if (nodes_.size() != 1 || !nodes_[0]->IsEquality()) return std::nullopt;
  IndexableEquality equality = Equalities()[0];
  if (equality.values.size() != 1) return std::nullopt;
  return equality;
}

std::string FilterSet::Canonical() const {
  std::string text;
  AppendCanonicalSet("and", nodes_, text);
  return text;
}

}  // namespace presences
