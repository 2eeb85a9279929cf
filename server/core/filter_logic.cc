#include "server/core/filter_logic.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace presences {

void AppendCanonicalSet(absl::string_view name, const std::vector<FilterNodePtr>& nodes,
                        std::string& out) {
  std::vector<std::string> texts(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) nodes[i]->AppendCanonical(texts[i]);
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  absl::StrAppend(&out, name, "(", absl::StrJoin(texts, ","), ")");
}

bool AndFilter::Matches(const Presence& record) const {
  return std::all_of(children_.begin(), children_.end(),
                     [&record](const FilterNodePtr& child) { return child->Matches(record); });
}

void AndFilter::AppendCanonical(std::string& out) const {
  AppendCanonicalSet("and", children_, out);
}

void AndFilter::AppendEqualities(std::vector<IndexableEquality>& out) const {
  for (const FilterNodePtr& child : children_) child->AppendEqualities(out);
}

bool OrFilter::Matches(const Presence& record) const {
  return std::any_of(children_.begin(), children_.end(),
                     [&record](const FilterNodePtr& child) { return child->Matches(record); });
}

void OrFilter::AppendCanonical(std::string& out) const { AppendCanonicalSet("or", children_, out); }

}  // namespace presences
