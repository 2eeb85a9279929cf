// ConnectKinds: what is counted of the messages on Connect streams, by kind.
//
// Threads: any.
#pragma once

#include "server/base/call_metrics.h"
#include "server/base/metrics.h"

namespace presences::gateway {

struct ConnectKinds {
  explicit ConnectKinds(Metrics& metrics);

  const CallMetrics unread;  // it could not be read
  const CallMetrics ping;
  const CallMetrics authenticate;
  const CallMetrics subscribe;
  const CallMetrics unsubscribe;
  const CallMetrics upsert_presence;
  const CallMetrics release;
};

}  // namespace presences::gateway
