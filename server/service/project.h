// Project: what the use cases need to know of one configured project.
//
// Threads: the fields are constant; the quota's limits are swapped as a whole on reload.
#pragma once

#include <memory>

#include "server/core/rules.h"
#include "server/service/quota.h"
#include "server/store/state.h"

namespace presences::service {

struct Project {
  const ProjectRules* rules = nullptr;
  const store::State* state = nullptr;
  std::shared_ptr<Quota> quota =
      std::make_shared<Quota>("", ProjectLimits{}, Clock::System());  // shared by all surfaces
};

}  // namespace presences::service
