// ResumingHold: the HeldStream over a stub; takes the presence again when a connection breaks.
//
// Threads: as HeldStream.
#pragma once

#include <cstdint>
#include <memory>

#include "client/held_stream.h"
#include "client/retry_policy.h"
#include "server/base/clock.h"

namespace presences::client {

class PresenceStub;

std::unique_ptr<HeldStream> MakeResumingHold(std::shared_ptr<PresenceStub> stub,
                                             HoldRequest request, const RetryPolicy& policy,
                                             Clock& clock, std::uint64_t seed);

}  // namespace presences::client
