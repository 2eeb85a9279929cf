// QueryCompiler: raw queries become filter nodes; names, counts and types are checked here.
//
// Threads: one at a time; lives for one request, whose totals it bounds.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "server/core/filter_node.h"
#include "server/core/query_method.h"
#include "server/core/query_text.h"

namespace presences {

// Totals of one request. A filter set is evaluated per record and change, so its size is work.
inline constexpr std::size_t kMaxConditions = 1000;
inline constexpr std::size_t kMaxRegexes = 16;

enum class QueryDialect {
  kList,    // filters, orders, pages; no select
  kWatch,   // the filters of kList, and select(["*"])
  kSocket,  // contract 6.8
};

class QueryCompiler {
 public:
  QueryCompiler(QueryDialect dialect, absl::Span<const std::string> indexed_metadata)
      : dialect_(dialect), indexed_metadata_(indexed_metadata) {}

  // The row of the query's method, when the dialect has it and the number of values fits.
  absl::StatusOr<const MethodRow*> CheckMethod(const RawQuery& raw, const QueryPath& path) const;

  // A filter, with its children. REQUIRES: `method` is what CheckMethod answered for `raw`.
  absl::StatusOr<FilterNodePtr> Compile(RawQuery raw, const MethodRow& method,
                                        const QueryPath& path);

  absl::StatusOr<Attribute> AttributeOf(const RawQuery& raw, const QueryPath& path) const;

 private:
  absl::StatusOr<FilterNodePtr> CompileLogic(RawQuery raw, const MethodRow& method,
                                             const QueryPath& path);
  absl::StatusOr<FilterNodePtr> CompileChild(RawValue value, const MethodRow& method,
                                             const QueryPath& path);
  absl::StatusOr<FilterNodePtr> CompileCondition(RawQuery raw, const MethodRow& method,
                                                 const QueryPath& path);
  absl::StatusOr<FilterNodePtr> CompileRegexCondition(Attribute attribute, Literal pattern,
                                                      const QueryPath& path);
  absl::StatusOr<FilterNodePtr> CompileOnSocket(RawQuery raw, const MethodRow& method,
                                                const QueryPath& path);

  const QueryDialect dialect_;
  const absl::Span<const std::string> indexed_metadata_;
  std::size_t conditions_ = 0;
  std::size_t regexes_ = 0;
};

}  // namespace presences
