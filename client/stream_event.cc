#include "client/stream_event.h"

namespace presences::client {

bool Leaves(ChangeType type) {
  return type == ChangeType::kDeleted || type == ChangeType::kExpired ||
         type == ChangeType::kRemoved;
}

}  // namespace presences::client
