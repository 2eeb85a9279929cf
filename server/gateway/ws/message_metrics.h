// MessageKinds: what is counted of the messages that sockets handle, by kind.
//
// Threads: any.
#pragma once

#include "server/base/call_metrics.h"
#include "server/base/metrics.h"

namespace presences::gateway {

struct MessageKinds {
  explicit MessageKinds(Metrics& metrics);

  const CallMetrics unread;  // it could not be read, or was not
  const CallMetrics ping;
  const CallMetrics authentication;
  const CallMetrics subscribe;
  const CallMetrics unsubscribe;
  const CallMetrics presence;
};

}  // namespace presences::gateway
