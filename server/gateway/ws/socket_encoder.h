// RealtimeEncoder: events of the hub as ready WebSocket frames.
//
// Threads: any; stateless.
#pragma once

#include "server/core/stream_encoder.h"

namespace presences::gateway {

// Lives for ever.
const SocketEncoder& RealtimeEncoder();

}  // namespace presences::gateway
