// ComesBefore: the order of a list.
#include "server/base/check.h"
#include "server/core/filter_value.h"
#include "server/core/query.h"

namespace presences {
namespace {

int CompareBy(const Presence& a, const Presence& b, const Attribute& attribute) {
  JsonScalar scratch_a;
  JsonScalar scratch_b;
  return Compare(ValueOf(a, attribute, scratch_a), ValueOf(b, attribute, scratch_b));
}

bool NewestFirst(absl::Span<const Order> orders) {
  if (orders.empty() || orders[0].direction != Order::Direction::kDescending) return false;
  return orders[0].attribute.kind == Attribute::Kind::kCreatedAt ||
         orders[0].attribute.kind == Attribute::Kind::kUpdatedAt;
}

}  // namespace

bool ComesBefore(const Presence& a, const Presence& b, absl::Span<const Order> orders) {
  for (const Order& order : orders) {
    PRESENCES_CHECK(order.direction != Order::Direction::kRandom);
    const int comparison = CompareBy(a, b, order.attribute);
    if (comparison == 0) continue;
    return (comparison < 0) == (order.direction == Order::Direction::kAscending);
  }
  return NewestFirst(orders) ? a.created_revision() > b.created_revision()
                             : a.created_revision() < b.created_revision();
}

}  // namespace presences
