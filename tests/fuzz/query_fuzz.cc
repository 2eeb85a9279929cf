// Fuzzes the query texts: one query a line, read in every dialect.
//
// Beyond "no crash": every refusal names its query in valid UTF-8; a record that matches is filed
// under each equality that the set claims; ComesBefore never says yes both ways.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "server/base/reason.h"
#include "server/core/json.h"
#include "server/core/query.h"
#include "tests/fuzz/fuzz.h"

namespace presences {
namespace {

PresencePtr Record(absl::string_view id, absl::string_view status, absl::string_view metadata,
                   Revision revision) {
  PresenceFields fields;
  fields.id = id;
  fields.user_id = "alice";
  fields.status = status;
  fields.metadata = metadata;
  fields.created_at = TimePoint(std::chrono::milliseconds(1'893'456'000'000 + revision));
  fields.created_revision = revision;
  return Presence::Make(fields);
}

const std::vector<PresencePtr>& Records() {
  static const auto* records =
      new std::vector<PresencePtr>{Record("p1", "online", R"({"page":"home","n":1})", 1),
                                   Record("p2", "10", R"({"page":1,"n":9007199254740993})", 2),
                                   Record("p3", "\u00e4\U0001F408", R"({"page":null,"n":[1]})", 3),
                                   Record("p4", std::string(256, 'a'), "{}", 4)};
  return *records;
}

void CheckRefusal(const absl::Status& status) {
  PRESENCES_CHECK(RowOf(status).reason == Reason::kGeneralArgumentInvalid);
  const std::string message(status.message());
  PRESENCES_CHECK(absl::StartsWith(message, "queries["));
  PRESENCES_CHECK(IsUtf8(message));
}

void CheckFilters(const FilterSet& filters) {
  const std::vector<IndexableEquality> equalities = filters.Equalities();
  PRESENCES_CHECK(filters.Canonical() == FilterSet(filters).Canonical());
  for (const PresencePtr& record : Records()) {
    if (!filters.Matches(*record)) continue;
    for (const IndexableEquality& equality : equalities) {
      std::string key;
      PRESENCES_CHECK(IndexKey(*record, equality.attribute, &key));
      PRESENCES_CHECK(std::binary_search(equality.values.begin(), equality.values.end(), key));
    }
  }
}

void CheckOrders(const std::vector<Order>& orders) {
  const bool random = std::any_of(orders.begin(), orders.end(), [](const Order& order) {
    return order.direction == Order::Direction::kRandom;
  });
  if (random) return;
  for (const PresencePtr& a : Records()) {
    for (const PresencePtr& b : Records()) {
      const bool either = ComesBefore(*a, *b, orders) != ComesBefore(*b, *a, orders);
      PRESENCES_CHECK(either == (a != b));
    }
  }
}

}  // namespace
}  // namespace presences

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace presences;  // NOLINT: the entry point must be global
  const std::vector<std::string> queries = absl::StrSplit(fuzz::Text(data, size), '\n');
  const std::vector<std::string> indexed = {"page", "n"};
  absl::StatusOr<ListQuery> list = ParseListQueries(queries, indexed);
  if (list.ok()) {
    PRESENCES_CHECK(list->limit >= 1 && list->offset >= 0);
    CheckFilters(list->filters);
    CheckOrders(list->orders);
  } else {
    CheckRefusal(list.status());
  }
  for (const WatchDialect dialect : {WatchDialect::kFull, WatchDialect::kSocket}) {
    absl::StatusOr<FilterSet> filters = ParseWatchQueries(queries, indexed, dialect);
    filters.ok() ? CheckFilters(*filters) : CheckRefusal(filters.status());
  }
  return 0;
}
