// Changes as protobuf messages, for every form of the stream that is made from them.
//
// Threads: any (pure functions).
#pragma once

#include "server/core/change.h"

namespace presences::v1 {
class Change;
}

namespace presences::wire {

// Fill an empty message. REQUIRES: view is not kHidden.
void ToProto(const Change& change, ChangeView view, v1::Change* out);
// A record of a snapshot: as if it had just been upserted.
void SnapshotToProto(const Presence& record, v1::Change* out);

}  // namespace presences::wire
