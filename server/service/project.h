// Project: what the use cases need to know of one configured project.
//
// Threads: the fields are constant; limits are swapped as a whole on reload.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "server/core/rules.h"
#include "server/service/token_bucket.h"
#include "server/store/state.h"

namespace presences::service {

// 0 switches a limit off.
struct ProjectLimits {
  std::size_t max_channels_per_subscription = 100;
  std::size_t max_subscriptions_per_connection = 100;
  double messages_per_second = 50;  // of one connection
  double message_burst = 200;
  double writes_per_second = 0;  // of the project
};

struct Project {
  const ProjectRules* rules = nullptr;
  const store::State* state = nullptr;
  ProjectLimits limits;
  std::shared_ptr<TokenBucket> writes;  // null: unlimited
};

}  // namespace presences::service
