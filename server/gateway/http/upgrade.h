// Upgrade: see server/gateway/net/byte_stream.h, which both sides of the hand-over include: the
// HTTP listener fills presences::gateway::Upgrade and calls an UpgradeHandler; server/gateway/ws
// takes it from there.
#pragma once

#include "server/gateway/net/byte_stream.h"  // IWYU pragma: export
