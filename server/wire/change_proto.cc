#include "server/wire/change_proto.h"

#include "presences/v1/realtime.pb.h"
#include "server/wire/presence_proto.h"

namespace presences::wire {
namespace {

v1::Change::Type TypeOf(const Change& change, ChangeView view) {
  if (view == ChangeView::kRemoved) return v1::Change::TYPE_REMOVED;
  switch (change.kind()) {
    case ChangeKind::kUpserted:
      return v1::Change::TYPE_UPSERTED;
    case ChangeKind::kUpdated:
    case ChangeKind::kExtended:
      return v1::Change::TYPE_UPDATED;
    case ChangeKind::kDeleted:
      return v1::Change::TYPE_DELETED;
    case ChangeKind::kExpired:
      return v1::Change::TYPE_EXPIRED;
  }
  return v1::Change::TYPE_UNSPECIFIED;
}

void SetTime(TimePoint time, google::protobuf::Timestamp* out) {
  const auto millis = time.time_since_epoch().count();
  out->set_seconds(millis / 1000);
  out->set_nanos(static_cast<std::int32_t>(millis % 1000 * 1'000'000));
}

}  // namespace

void ToProto(const Change& change, ChangeView view, v1::Change* out) {
  out->set_type(TypeOf(change, view));
  if (change.kind() == ChangeKind::kDeleted && view == ChangeView::kAsIs) {
    out->set_delete_cause(change.cause() == DeleteCause::kConnection
                              ? v1::Change::DELETE_CAUSE_CONNECTION
                              : v1::Change::DELETE_CAUSE_CALL);
  }
  // Gone or out of sight: the last state that this viewer was allowed to see.
  const bool before = view == ChangeView::kRemoved || !change.after();
  ToProto(before ? *change.before() : *change.after(), out->mutable_presence());
  out->set_revision(change.revision());
  SetTime(change.time(), out->mutable_time());
}

void SnapshotToProto(const Presence& record, v1::Change* out) {
  out->set_type(v1::Change::TYPE_UPSERTED);
  ToProto(record, out->mutable_presence());
  out->set_revision(record.revision());
  SetTime(record.updated_at(), out->mutable_time());
}

}  // namespace presences::wire
