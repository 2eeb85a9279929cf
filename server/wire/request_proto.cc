#include "server/wire/request_proto.h"

#include <string>

#include "presences/v1/presences.pb.h"
#include "server/base/reason.h"

namespace presences::wire {
namespace {

// google.protobuf.Timestamp's own range.
constexpr std::int64_t kMinSeconds = -62'135'596'800;
constexpr std::int64_t kMaxSeconds = 253'402'300'799;

template <typename Request>
absl::Status TakeShared(const Request& request, RawWrite& out) {
  out.presence_id = request.presence_id();
  if (request.has_user_id()) out.user_id = request.user_id();
  if (request.has_metadata()) out.metadata = request.metadata();
  if (request.has_permissions()) {
    out.permissions.emplace(request.permissions().permissions().begin(),
                            request.permissions().permissions().end());
  }
  if (request.has_if_revision()) out.if_revision = request.if_revision();
  if (!request.has_expire_time()) return absl::OkStatus();
  const auto& time = request.expire_time();
  if (time.seconds() < kMinSeconds || time.seconds() > kMaxSeconds || time.nanos() < 0 ||
      time.nanos() > 999'999'999) {
    return InvalidField("expiresAt",
                        "must be a timestamp in the years 1 to 9999 with nanos from 0 to "
                        "999999999; send a valid google.protobuf.Timestamp");
  }
  out.expires_at =
      TimePoint(std::chrono::milliseconds(time.seconds() * 1000 + time.nanos() / 1'000'000));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RawWrite> FromProto(const v1::UpsertPresenceRequest& request) {
  RawWrite raw;
  raw.status = request.status();
  if (absl::Status status = TakeShared(request, raw); !status.ok()) return status;
  return raw;
}

absl::StatusOr<RawWrite> FromProto(const v1::UpdatePresenceRequest& request) {
  RawWrite raw;
  if (request.has_status()) raw.status = request.status();
  if (absl::Status status = TakeShared(request, raw); !status.ok()) return status;
  return raw;
}

RawWrite FromProto(const v1::DeletePresenceRequest& request) {
  RawWrite raw;
  raw.presence_id = request.presence_id();
  if (request.has_if_revision()) raw.if_revision = request.if_revision();
  return raw;
}

}  // namespace presences::wire
