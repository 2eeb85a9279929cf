#include "client/proto_convert.h"

#include <grpcpp/support/status.h>

#include <algorithm>
#include <utility>

#include "google/rpc/status.pb.h"
#include "presences/v1/presence.pb.h"
#include "presences/v1/presences.pb.h"
#include "presences/v1/realtime.pb.h"

namespace presences::client {
namespace {

using google::protobuf::Timestamp;
using std::chrono::milliseconds;

TimePoint FromProto(const Timestamp& time) {
  return TimePoint(milliseconds(time.seconds() * 1000 + time.nanos() / 1'000'000));
}

void ToProto(TimePoint time, Timestamp* out) {
  const auto since = time.time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
  out->set_seconds(seconds.count());
  out->set_nanos(static_cast<std::int32_t>((since - seconds).count() * 1'000'000));
}

ChangeType FromProto(v1::Change::Type type) {
  switch (type) {
    case v1::Change::TYPE_UPSERTED:
      return ChangeType::kUpserted;
    case v1::Change::TYPE_UPDATED:
      return ChangeType::kUpdated;
    case v1::Change::TYPE_DELETED:
      return ChangeType::kDeleted;
    case v1::Change::TYPE_EXPIRED:
      return ChangeType::kExpired;
    case v1::Change::TYPE_REMOVED:
      return ChangeType::kRemoved;
    default:
      return ChangeType::kUnknown;
  }
}

DeleteCause FromProto(v1::Change::DeleteCause cause) {
  switch (cause) {
    case v1::Change::DELETE_CAUSE_CALL:
      return DeleteCause::kCall;
    case v1::Change::DELETE_CAUSE_CONNECTION:
      return DeleteCause::kConnection;
    default:
      return DeleteCause::kNone;
  }
}

StreamEvent::Kind KindOf(const v1::SubscribeResponse& message) {
  switch (message.kind_case()) {
    case v1::SubscribeResponse::kReset:
      return StreamEvent::Kind::kReset;
    case v1::SubscribeResponse::kChanges:
      return StreamEvent::Kind::kChanges;
    case v1::SubscribeResponse::kCurrent:
      return StreamEvent::Kind::kCurrent;
    case v1::SubscribeResponse::kGoingAway:
      return StreamEvent::Kind::kGoingAway;
    default:
      return StreamEvent::Kind::kHeartbeat;
  }
}

// The fields that upsert and update share.
template <typename Write, typename Message>
void SetCommon(const Write& write, Message* out) {
  out->set_presence_id(write.id);
  if (write.user_id) out->set_user_id(*write.user_id);
  if (write.metadata) out->set_metadata(*write.metadata);
  if (write.expires_at) ToProto(*write.expires_at, out->mutable_expire_time());
  if (write.permissions) {
    *out->mutable_permissions()->mutable_permissions() = {write.permissions->begin(),
                                                          write.permissions->end()};
  }
  if (write.if_revision) out->set_if_revision(*write.if_revision);
}

}  // namespace

Presence FromProto(const v1::Presence& message) {
  return {.id = message.presence_id(),
          .user_id = message.user_id(),
          .status = message.status(),
          .source = message.source(),
          .metadata = message.metadata().empty() ? "{}" : message.metadata(),
          .permissions = {message.permissions().begin(), message.permissions().end()},
          .created_at = FromProto(message.create_time()),
          .updated_at = FromProto(message.update_time()),
          .expires_at = FromProto(message.expire_time()),
          .revision = message.revision()};
}

StreamEvent FromProto(v1::SubscribeResponse& message) {
  StreamEvent event{.kind = KindOf(message),
                    .resume_token = std::move(*message.mutable_resume_token())};
  event.changes.reserve(static_cast<std::size_t>(message.changes().changes_size()));
  for (const v1::Change& change : message.changes().changes()) {
    event.changes.push_back({.type = FromProto(change.type()),
                             .delete_cause = FromProto(change.delete_cause()),
                             .presence = FromProto(change.presence()),
                             .revision = change.revision(),
                             .time = FromProto(change.time())});
  }
  return event;
}

absl::Status FromProto(const google::rpc::Status& message) {
  absl::Status status(static_cast<absl::StatusCode>(message.code()), message.message());
  for (const auto& detail : message.details()) {
    status.SetPayload(detail.type_url(), absl::Cord(detail.value()));
  }
  return status;
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  google::rpc::Status details;
  // Details that do not parse are lost; the code and the text are not.
  if (!details.ParseFromString(status.error_details())) details.clear_details();
  details.set_code(static_cast<int>(status.error_code()));
  details.set_message(status.error_message());
  return FromProto(details);
}

void ToProto(const PresenceUpsert& upsert, v1::UpsertPresenceRequest* out) {
  SetCommon(upsert, out);
  out->set_status(upsert.status);
}

void ToProto(const PresenceUpdate& update, v1::UpdatePresenceRequest* out) {
  SetCommon(update, out);
  if (update.status) out->set_status(*update.status);
  out->set_purge(update.purge);
}

void ToProto(const SubscribeRequest& request, v1::SubscribeRequest* out) {
  *out->mutable_channels() = {request.channels.begin(), request.channels.end()};
  *out->mutable_queries() = {request.queries.begin(), request.queries.end()};
  out->set_resume_token(request.resume_token);
  if (!request.snapshot) out->set_snapshot(false);
  out->set_skip_unchanged(request.skip_unchanged);
  out->set_max_batch(request.max_batch);
}

}  // namespace presences::client
