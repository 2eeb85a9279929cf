// ParseListQueries: filters, orders and page bounds of one list call.
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/core/query.h"
#include "server/core/query_compiler.h"
#include "server/core/query_text.h"
#include "server/core/query_values.h"
#include "server/core/validate.h"

namespace presences {
namespace {

// Collects the queries of one call; the first limit, offset and cursor win.
class ListQueryBuilder {
 public:
  explicit ListQueryBuilder(absl::Span<const std::string> indexed_metadata)
      : compiler_(QueryDialect::kList, indexed_metadata) {}

  absl::Status Add(absl::string_view text, std::size_t index);
  absl::StatusOr<ListQuery> Build();

 private:
  absl::Status AddOrder(const RawQuery& raw, Method method, const QueryPath& path);
  absl::Status AddPage(const RawQuery& raw, Method method, const QueryPath& path);
  absl::Status AddCursor(const RawQuery& raw, Method method, const QueryPath& path);

  QueryCompiler compiler_;
  std::vector<FilterNodePtr> filters_;
  std::optional<std::int64_t> limit_;
  std::optional<std::int64_t> offset_;
  std::optional<std::size_t> random_index_;
  ListQuery query_;
};

absl::Status ListQueryBuilder::Add(absl::string_view text, std::size_t index) {
  const QueryPath path{index};
  absl::StatusOr<RawQuery> raw = ParseRawQuery(text, index);
  if (!raw.ok()) return raw.status();
  absl::StatusOr<const MethodRow*> method = compiler_.CheckMethod(*raw, path);
  if (!method.ok()) return method.status();
  if ((*method)->group == MethodGroup::kOrder) return AddOrder(*raw, (*method)->method, path);
  if ((*method)->group == MethodGroup::kPage) return AddPage(*raw, (*method)->method, path);
  absl::StatusOr<FilterNodePtr> filter = compiler_.Compile(*std::move(raw), **method, path);
  if (!filter.ok()) return filter.status();
  filters_.push_back(*std::move(filter));
  return absl::OkStatus();
}

absl::Status ListQueryBuilder::AddOrder(const RawQuery& raw, Method method, const QueryPath& path) {
  if (method == Method::kOrderRandom) {
    query_.orders.push_back({{}, Order::Direction::kRandom});
    if (!random_index_) random_index_ = path.index;
    return absl::OkStatus();
  }
  absl::StatusOr<Attribute> attribute = compiler_.AttributeOf(raw, path);
  if (!attribute.ok()) return attribute.status();
  query_.orders.push_back({*std::move(attribute), method == Method::kOrderAsc
                                                      ? Order::Direction::kAscending
                                                      : Order::Direction::kDescending});
  return absl::OkStatus();
}

absl::Status ListQueryBuilder::AddPage(const RawQuery& raw, Method method, const QueryPath& path) {
  if (method == Method::kCursorAfter || method == Method::kCursorBefore) {
    return AddCursor(raw, method, path);
  }
  const bool is_limit = method == Method::kLimit;
  absl::StatusOr<std::int64_t> number = WholeNumber(raw, is_limit ? 1 : 0, path);
  if (!number.ok()) return number.status();
  std::optional<std::int64_t>& kept = is_limit ? limit_ : offset_;
  if (!kept) kept = *number;
  return absl::OkStatus();
}

absl::Status ListQueryBuilder::AddCursor(const RawQuery& raw, Method method,
                                         const QueryPath& path) {
  const RawValue& value = raw.values[0];
  const bool is_id = value.kind == RawValue::Kind::kLiteral &&
                     value.literal.kind == FilterValue::Kind::kText && IsUid(value.literal.text);
  if (!is_id) {
    return RefuseQuery(path, absl::StrCat(raw.method, " is ", DescribeValue(value),
                                          ", no presence id; send the $id of a listed presence"));
  }
  if (query_.cursor_id) return absl::OkStatus();
  query_.cursor_id = value.literal.text;
  query_.cursor_before = method == Method::kCursorBefore;
  return absl::OkStatus();
}

absl::StatusOr<ListQuery> ListQueryBuilder::Build() {
  if (random_index_ && query_.cursor_id) {
    return RefuseQuery({*random_index_},
                       "orderRandom has no place for a cursor; remove it or the cursor");
  }
  query_.limit = limit_.value_or(kDefaultListLimit);
  query_.offset = offset_.value_or(0);
  query_.filters = FilterSet(std::move(filters_));
  return std::move(query_);
}

}  // namespace

absl::StatusOr<ListQuery> ParseListQueries(absl::Span<const std::string> queries,
                                           absl::Span<const std::string> indexed_metadata) {
  ListQueryBuilder builder(indexed_metadata);
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const absl::Status status = builder.Add(queries[i], i);
    if (!status.ok()) return status;
  }
  return builder.Build();
}

}  // namespace presences
