// SubscribeRequest as the use case takes it: one translation for every transport.
//
// Threads: any (pure functions).
#pragma once

#include "server/service/realtime_service.h"

namespace presences::v1 {
class SubscribeRequest;
}

namespace presences::api {

service::RawSubscribe FromProto(const v1::SubscribeRequest& request);

}  // namespace presences::api
