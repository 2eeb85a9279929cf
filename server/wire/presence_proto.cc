#include "server/wire/presence_proto.h"

#include "google/rpc/status.pb.h"
#include "presences/v1/presence.pb.h"

namespace presences::wire {
namespace {

void SetTime(TimePoint time, google::protobuf::Timestamp* out) {
  const auto millis = time.time_since_epoch().count();
  auto seconds = millis / 1000;
  auto rest = millis % 1000;
  if (rest < 0) {
    rest += 1000;
    --seconds;
  }
  out->set_seconds(seconds);
  out->set_nanos(static_cast<std::int32_t>(rest * 1'000'000));
}

void Assign(std::string* to, absl::string_view text) { to->assign(text.data(), text.size()); }

}  // namespace

void ToProto(const Presence& record, v1::Presence* out) {
  Assign(out->mutable_presence_id(), record.id());
  SetTime(record.created_at(), out->mutable_create_time());
  SetTime(record.updated_at(), out->mutable_update_time());
  record.AnyPermission([out](absl::string_view permission) {
    Assign(out->add_permissions(), permission);
    return false;  // on to the next
  });
  Assign(out->mutable_user_id(), record.user_id());
  Assign(out->mutable_status(), record.status());
  Assign(out->mutable_source(), SourceName(record.source()));
  SetTime(record.expires_at(), out->mutable_expire_time());
  Assign(out->mutable_metadata(), record.metadata());
  out->set_revision(record.revision());
}

void ToProto(const absl::Status& status, google::rpc::Status* out) {
  out->set_code(static_cast<int>(status.code()));
  Assign(out->mutable_message(), status.message());
  status.ForEachPayload([out](absl::string_view type, const absl::Cord& payload) {
    google::protobuf::Any* detail = out->add_details();
    Assign(detail->mutable_type_url(), type);
    detail->set_value(std::string(payload));
  });
}

std::string SerializedStatus(const absl::Status& status) {
  google::rpc::Status message;
  ToProto(status, &message);
  return message.SerializeAsString();
}

}  // namespace presences::wire
