// StoreStack: the log, and the state of each project as the log has it.
//
// Threads: one at a time; the states are used by any.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "server/base/heartbeat.h"
#include "server/base/metrics.h"
#include "server/config/config.h"
#include "server/core/rules.h"
#include "server/store/log.h"
#include "server/store/state.h"

namespace presences::app {

struct StoreStack {
  // GENERAL_STORAGE_UNAVAILABLE: the log cannot be opened or read; the message says what to do.
  absl::Status Open(const config::Config& config, Metrics& metrics, Heartbeats& heartbeats);

  // By project, in the order of the configuration. Destroyed in reverse: the log goes last.
  std::vector<ProjectRules> rules;
  std::unique_ptr<store::Log> log;
  std::vector<std::unique_ptr<store::State>> states;
  std::vector<store::LogHead> heads;
};

}  // namespace presences::app
