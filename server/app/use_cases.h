// UseCases: what runs between the store and the listeners: committer, hub, expirer, services.
//
// Members in the order of building; destruction is the reverse.
//
// Threads: built and stopped by one; the members say who may call them.
#pragma once

#include <memory>
#include <vector>

#include "server/app/store_stack.h"
#include "server/base/clock.h"
#include "server/base/heartbeat.h"
#include "server/base/metrics.h"
#include "server/config/config.h"
#include "server/hub/hub.h"
#include "server/service/hold_keeper.h"
#include "server/service/presence_service.h"
#include "server/service/quota.h"
#include "server/service/realtime_service.h"
#include "server/store/committer.h"
#include "server/store/expirer.h"

namespace presences::app {

struct UseCases {
  // Everything given must outlive this. REQUIRES: `store` is open.
  UseCases(const config::Config& config, StoreStack& store, Clock& clock, Metrics& metrics,
           Heartbeats& heartbeats);

  // Nothing changes any more, and what was acknowledged has been published.
  void Stop();

  std::vector<service::QuotaPtr> quotas;  // by project
  std::unique_ptr<hub::Hub> hub;
  std::unique_ptr<store::Committer> committer;
  std::unique_ptr<store::Expirer> expirer;
  std::unique_ptr<service::PresenceService> presences;
  std::unique_ptr<service::RealtimeService> realtime;
  std::unique_ptr<service::HoldKeeper> holds;
};

}  // namespace presences::app
