// What a subscriber asks for, as the use case takes it: one translation for every transport.
//
// Threads: any (pure functions).
#pragma once

#include "server/service/realtime_service.h"

namespace presences::v1 {
class ConnectRequest_Subscribe;
class SubscribeRequest;
}  // namespace presences::v1

namespace presences::api {

service::RawSubscribe FromProto(const v1::SubscribeRequest& request);
service::RawSubscribe FromProto(const v1::ConnectRequest_Subscribe& request);

}  // namespace presences::api
