// ParseWatchQueries: the filters of one subscription.
#include <utility>

#include "server/core/query.h"
#include "server/core/query_compiler.h"
#include "server/core/query_text.h"

namespace presences {

absl::StatusOr<FilterSet> ParseWatchQueries(absl::Span<const std::string> queries,
                                            absl::Span<const std::string> indexed_metadata,
                                            WatchDialect dialect) {
  QueryCompiler compiler(
      dialect == WatchDialect::kSocket ? QueryDialect::kSocket : QueryDialect::kWatch,
      indexed_metadata);
  std::vector<FilterNodePtr> filters;
  bool everything = false;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const QueryPath path{i};
    absl::StatusOr<RawQuery> raw = ParseRawQuery(queries[i], i);
    if (!raw.ok()) return raw.status();
    absl::StatusOr<const MethodRow*> method = compiler.CheckMethod(*raw, path);
    if (!method.ok()) return method.status();
    everything = everything || (*method)->group == MethodGroup::kSelect;
    absl::StatusOr<FilterNodePtr> filter = compiler.Compile(*std::move(raw), **method, path);
    if (!filter.ok()) return filter.status();
    filters.push_back(*std::move(filter));
  }
  if (everything) return FilterSet();  // whatever else is asked (contract 6.8)
  return FilterSet(std::move(filters));
}

}  // namespace presences
