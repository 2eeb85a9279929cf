#include "server/service/listing.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <random>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/reason.h"
#include "server/core/json.h"
#include "server/core/permission.h"

namespace presences::service {
namespace {

constexpr std::size_t kChunk = 1024;  // records per hold of the state's lock

// Which candidates to read: the smallest of what the filters allow.
struct Candidates {
  std::vector<std::string> ids;  // look these up, when `by_id`
  bool by_id = false;
  std::vector<store::ScanPlan> plans;  // else: each of these scans; disjoint
  bool all_match = false;              // the filters ask for nothing but the one plan
};

Candidates Choose(const store::State& state, const FilterSet& filters) {
  Candidates best;
  best.plans.emplace_back();
  best.all_match = filters.matches_everything();
  if (best.all_match) return best;
  if (auto sole = filters.SoleEquality(); sole && state.HasIndex(sole->attribute)) {
    best.plans[0] = {std::move(sole->attribute), std::move(sole->values[0])};
    best.all_match = true;
    return best;
  }
  std::size_t best_count = std::numeric_limits<std::size_t>::max();
  for (const IndexableEquality& equality : filters.Equalities()) {
    Candidates candidates;
    std::size_t count = 0;
    std::vector<std::string> values = equality.values;
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    if (equality.attribute.kind == Attribute::Kind::kId) {
      candidates.by_id = true;
      count = values.size();
      candidates.ids = std::move(values);
    } else {
      if (!state.HasIndex(equality.attribute)) continue;
      for (std::string& value : values) {
        candidates.plans.push_back({equality.attribute, std::move(value)});
        count += state.CountOf(candidates.plans.back());
      }
    }
    if (count < best_count) {
      best_count = count;
      best = std::move(candidates);
    }
  }
  return best;
}

// What a group of CountPresences is called: the text, or the JSON of another scalar.
bool GroupValue(const Presence& record, const Attribute& attribute, std::string* value) {
  switch (attribute.kind) {
    case Attribute::Kind::kStatus:
      *value = std::string(record.status());
      return true;
    case Attribute::Kind::kUserId:
      *value = std::string(record.user_id());
      return true;
    default:
      const auto scalar = FindInMetadata(record.metadata(), attribute.path);
      if (!scalar) return false;
      *value = scalar->text;
      return true;
  }
}

bool CreatedBefore(const PresencePtr& a, const PresencePtr& b) {
  return a->created_revision() < b->created_revision();
}

}  // namespace

absl::StatusOr<std::optional<Attribute>> GroupAttribute(
    const std::string& group_by, absl::Span<const std::string> indexed_metadata) {
  if (group_by.empty()) return std::nullopt;
  if (group_by == "status") return Attribute{Attribute::Kind::kStatus, ""};
  if (group_by == "userId") return Attribute{Attribute::Kind::kUserId, ""};
  absl::string_view path = group_by;
  if (absl::ConsumePrefix(&path, "metadata.") &&
      std::find(indexed_metadata.begin(), indexed_metadata.end(), path) != indexed_metadata.end()) {
    return Attribute{Attribute::Kind::kMetadata, std::string(path)};
  }
  return InvalidField("groupBy",
                      "must be status, userId, or metadata.<path> with a path of the project's "
                      "indexed_metadata; add the path there or group by another attribute");
}

Listing::Listing(const store::State& state, const Caller& caller, TimePoint now)
    : state_(state), caller_(caller), now_(now) {}

bool Listing::Shows(const Presence& record) const {
  return record.expires_at() > now_ && MayRead(record, caller_);
}

void Listing::ForEach(const FilterSet& filters, Revision after, std::size_t few,
                      const Visit& visit) const {
  const Candidates candidates = Choose(state_, filters);
  const auto wanted = [&](const Presence& record) {
    return Shows(record) && (candidates.all_match || filters.Matches(record));
  };
  if (!candidates.by_id && candidates.plans.size() == 1) {
    bool done = false;
    for (std::size_t size = std::min(few, kChunk); !done; size = std::min(2 * size, kChunk)) {
      const store::ScanChunk chunk = state_.Scan(candidates.plans[0], after, size);
      for (const PresencePtr& record : chunk.records) {
        if (wanted(*record) && !visit(record)) return;
      }
      after = chunk.next_after;
      done = chunk.done;
    }
    return;
  }
  std::vector<PresencePtr> records;
  if (candidates.by_id) records = state_.Lookup(candidates.ids).records;
  for (const store::ScanPlan& plan : candidates.plans) {
    store::ScanChunk chunk;
    while (!chunk.done) {
      chunk = state_.Scan(plan, chunk.next_after, kChunk);
      records.insert(records.end(), chunk.records.begin(), chunk.records.end());
    }
  }
  std::sort(records.begin(), records.end(), CreatedBefore);
  for (const PresencePtr& record : records) {
    if (record->created_revision() <= after || !wanted(*record)) continue;
    if (!visit(record)) return;
  }
}

std::optional<std::size_t> Listing::CountByIndex(const FilterSet& filters) const {
  if (!caller_.privileged) return std::nullopt;  // permissions are known by looking
  const Candidates candidates = Choose(state_, filters);
  if (!candidates.all_match) return std::nullopt;
  return state_.LiveCountOf(candidates.plans[0], now_);
}

absl::StatusOr<PresencePtr> Listing::Cursor(const ListQuery& query) const {
  if (!query.cursor_id) return PresencePtr();
  PresencePtr record = state_.Find(*query.cursor_id);
  if (record && MayRead(*record, caller_)) return record;
  return MakeError(Reason::kGeneralCursorNotFound,
                   absl::StrCat("queries: the cursor names '", *query.cursor_id,
                                "', which is absent or not readable; list from the start"),
                   {{"cursor", *query.cursor_id}});
}

absl::StatusOr<ListResult> Listing::List(const ListQuery& query, bool want_total) const {
  const absl::StatusOr<PresencePtr> cursor = Cursor(query);
  if (!cursor.ok()) return cursor.status();
  ListResult result;
  if (query.in_creation_order()) {
    PageInCreationOrder(query, cursor->get(), result.records);
  } else {
    PageSorted(query, cursor->get(), result.records);
  }
  if (want_total) {
    const bool whole = !query.cursor_id && query.offset == 0 &&
                       static_cast<std::int64_t>(result.records.size()) < query.limit;
    result.total =
        whole ? std::min<std::int64_t>(kMaxTotal, result.records.size()) : Total(query.filters);
  }
  return result;
}

void Listing::PageInCreationOrder(const ListQuery& query, const Presence* cursor,
                                  std::vector<PresencePtr>& page) const {
  std::int64_t skip = query.offset;
  if (cursor == nullptr || !query.cursor_before) {
    const Revision after = cursor == nullptr ? 0 : cursor->created_revision();
    const auto few = static_cast<std::size_t>(std::clamp<std::int64_t>(query.limit, 1, kChunk));
    ForEach(query.filters, after, few, [&](const PresencePtr& record) {
      if (skip > 0) {
        --skip;
        return true;
      }
      page.push_back(record);
      return static_cast<std::int64_t>(page.size()) < query.limit;
    });
    return;
  }
  // The page that ends just before the cursor: the newest limit + offset of what precedes it.
  std::deque<PresencePtr> recent;
  ForEach(query.filters, 0, kChunk, [&](const PresencePtr& record) {
    if (record->created_revision() >= cursor->created_revision()) return false;
    recent.push_back(record);
    if (static_cast<std::int64_t>(recent.size()) - query.offset > query.limit) recent.pop_front();
    return true;
  });
  const std::size_t keep =
      recent.size() - std::min<std::size_t>(recent.size(), static_cast<std::size_t>(query.offset));
  page.assign(recent.begin(), recent.begin() + static_cast<std::ptrdiff_t>(keep));
}

void Listing::PageSorted(const ListQuery& query, const Presence* cursor,
                         std::vector<PresencePtr>& page) const {
  const bool random = std::any_of(query.orders.begin(), query.orders.end(), [](const Order& order) {
    return order.direction == Order::Direction::kRandom;
  });
  std::vector<PresencePtr> matches;
  const auto before = [&](const PresencePtr& a, const PresencePtr& b) {
    return ComesBefore(*a, *b, query.orders);
  };
  // The part of the order that the page lies in: after the cursor, or before it, backwards.
  const bool backwards = cursor != nullptr && query.cursor_before;
  const std::size_t wanted = static_cast<std::size_t>(
      std::min<std::int64_t>(query.offset, std::numeric_limits<std::int32_t>::max()) +
      std::min<std::int64_t>(query.limit, std::numeric_limits<std::int32_t>::max()));
  const auto nearer = [&](const PresencePtr& a, const PresencePtr& b) {
    return backwards ? before(b, a) : before(a, b);
  };
  ForEach(query.filters, 0, kChunk, [&](const PresencePtr& record) {
    if (!random && cursor != nullptr) {
      const bool beyond = backwards ? ComesBefore(*record, *cursor, query.orders)
                                    : ComesBefore(*cursor, *record, query.orders);
      if (!beyond) return true;
    }
    matches.push_back(record);
    if (random) return true;
    // A heap of the nearest `wanted`, the farthest on top.
    std::push_heap(matches.begin(), matches.end(), nearer);
    if (matches.size() > wanted) {
      std::pop_heap(matches.begin(), matches.end(), nearer);
      matches.pop_back();
    }
    return true;
  });
  if (random) {
    std::shuffle(matches.begin(), matches.end(), std::mt19937_64(std::random_device{}()));
  } else {
    std::sort_heap(matches.begin(), matches.end(), nearer);
  }
  const auto first = std::min<std::size_t>(matches.size(), static_cast<std::size_t>(query.offset));
  const auto last =
      first + std::min<std::size_t>(matches.size() - first, static_cast<std::size_t>(query.limit));
  page.assign(matches.begin() + static_cast<std::ptrdiff_t>(first),
              matches.begin() + static_cast<std::ptrdiff_t>(last));
  if (backwards) std::reverse(page.begin(), page.end());
}

std::int64_t Listing::Total(const FilterSet& filters) const {
  if (const auto count = CountByIndex(filters)) {
    return std::min(kMaxTotal, static_cast<std::int64_t>(*count));
  }
  std::int64_t total = 0;
  ForEach(filters, 0, kChunk, [&](const PresencePtr&) { return ++total < kMaxTotal; });
  return total;
}

CountResult Listing::Count(const FilterSet& filters,
                           const std::optional<Attribute>& group_by) const {
  CountResult result;
  if (!group_by) {
    if (const auto count = CountByIndex(filters)) {
      result.total = static_cast<std::int64_t>(*count);
      return result;
    }
  }
  absl::flat_hash_map<std::string, std::int64_t> groups;
  std::string key;
  ForEach(filters, 0, kChunk, [&](const PresencePtr& record) {
    ++result.total;
    if (group_by && GroupValue(*record, *group_by, &key)) ++groups[key];
    return true;
  });
  result.groups.assign(groups.begin(), groups.end());
  std::sort(result.groups.begin(), result.groups.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  if (result.groups.size() > kMaxGroups) result.groups.resize(kMaxGroups);
  return result;
}

std::vector<std::string> Listing::Ids(const FilterSet& filters) const {
  std::vector<std::string> ids;
  ForEach(filters, 0, kChunk, [&](const PresencePtr& record) {
    ids.emplace_back(record->id());
    return true;
  });
  return ids;
}

}  // namespace presences::service
