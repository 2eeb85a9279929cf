#include "server/core/change.h"

#include <utility>

#include "server/base/check.h"

namespace presences {
namespace {

bool OnlyTimesDiffer(const PresencePtr& before, const PresencePtr& after) {
  return before && after && before->created_revision() == after->created_revision() &&
         before->source() == after->source() && before->SameContent(*after);
}

}  // namespace

Change::Change(Revision revision, TimePoint time, ChangeKind kind, DeleteCause cause,
               PresencePtr before, PresencePtr after)
    : revision_(revision),
      time_(time),
      kind_(kind),
      cause_(cause),
      only_times_(OnlyTimesDiffer(before, after)),
      before_(std::move(before)),
      after_(std::move(after)) {
  PRESENCES_CHECK(before_ || after_);
}

EventAction Change::action() const {
  switch (kind_) {
    case ChangeKind::kUpserted:
      return EventAction::kUpsert;
    case ChangeKind::kUpdated:
    case ChangeKind::kExtended:
      return EventAction::kUpdate;
    case ChangeKind::kDeleted:
    case ChangeKind::kExpired:
      return EventAction::kDelete;
  }
  return EventAction::kDelete;
}

}  // namespace presences
