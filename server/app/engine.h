// Engine: the log that the configuration asks for.
//
// Threads: any (pure functions).
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "server/base/heartbeat.h"
#include "server/base/metrics.h"
#include "server/config/config.h"
#include "server/core/rules.h"
#include "server/store/log.h"

namespace presences::app {

// GENERAL_STORAGE_UNAVAILABLE: it cannot be opened; the message says what to do.
absl::StatusOr<std::unique_ptr<store::Log>> OpenEngine(const config::StorageConfig& storage,
                                                       const std::vector<ProjectRules>& projects,
                                                       Metrics& metrics, Heartbeats& heartbeats);

// "memory", "embedded" or "redis".
const char* EngineName(const config::StorageConfig& storage);

}  // namespace presences::app
