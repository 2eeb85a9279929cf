// ResumingStream: the EventStream over a stub that replaces broken connections.
//
// Threads: as EventStream.
#pragma once

#include <cstdint>
#include <memory>

#include "client/event_stream.h"
#include "client/retry_policy.h"
#include "server/base/clock.h"

namespace presences::client {

class PresenceStub;

std::unique_ptr<EventStream> MakeResumingStream(std::shared_ptr<PresenceStub> stub,
                                                SubscribeRequest request, const RetryPolicy& policy,
                                                Clock& clock, std::uint64_t seed);

}  // namespace presences::client
