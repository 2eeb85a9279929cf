#include "server/app/engine.h"

#include <string>

#include "server/base/reason.h"
#include "server/store/rocksdb/rocksdb_log.h"

namespace presences::app {

absl::StatusOr<std::unique_ptr<store::Log>> OpenEngine(const config::StorageConfig& storage,
                                                       const std::vector<ProjectRules>& projects,
                                                       Metrics& metrics, Heartbeats& heartbeats) {
  std::vector<std::string> ids;
  for (const ProjectRules& project : projects) ids.push_back(project.project_id);
  switch (storage.engine) {
    case config::Engine::kMemory:
      return store::MakeMemoryLog();
    case config::Engine::kEmbedded:
      return store::OpenRocksdbLog(
          {storage.embedded.path,
           storage.embedded.durability == config::Durability::kSync ? store::Durability::kSync
                                                                    : store::Durability::kAsync,
           &metrics, &heartbeats},
          ids);
    case config::Engine::kRedis:
      break;
  }
  return MakeError(Reason::kGeneralStorageUnavailable,
                   "storage.engine: this version has no redis engine; use embedded or memory");
}

const char* EngineName(const config::StorageConfig& storage) {
  switch (storage.engine) {
    case config::Engine::kMemory:
      return "memory";
    case config::Engine::kEmbedded:
      return "embedded";
    case config::Engine::kRedis:
      break;
  }
  return "redis";
}

}  // namespace presences::app
