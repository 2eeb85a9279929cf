#include "server/api/raw_subscribe.h"

#include "presences/v1/realtime.pb.h"

namespace presences::api {
namespace {

// The two messages have these fields in common.
template <typename Request>
service::RawSubscribe FromEither(const Request& request) {
  service::RawSubscribe raw;
  raw.channels = {request.channels().begin(), request.channels().end()};
  raw.queries = {request.queries().begin(), request.queries().end()};
  raw.resume_token = request.resume_token();
  if (request.has_snapshot()) raw.snapshot = request.snapshot();
  raw.skip_unchanged = request.skip_unchanged();
  raw.max_batch = request.max_batch();
  return raw;
}

}  // namespace

service::RawSubscribe FromProto(const v1::SubscribeRequest& request) { return FromEither(request); }

service::RawSubscribe FromProto(const v1::ConnectRequest_Subscribe& request) {
  return FromEither(request);
}

}  // namespace presences::api
