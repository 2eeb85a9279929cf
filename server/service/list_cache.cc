#include "server/service/list_cache.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/service/presence_service.h"

namespace presences::service {

struct ListCache::Entry {
  std::string key;
  MonotonicTime made;
  ListResult result;
};

namespace {

template <typename Project>
std::vector<std::unique_ptr<Project>> MakeProjects(std::size_t count) {
  std::vector<std::unique_ptr<Project>> projects;
  for (std::size_t i = 0; i < count; ++i) projects.push_back(std::make_unique<Project>());
  return projects;
}

void AppendSized(std::string& key, absl::string_view text) {
  absl::StrAppend(&key, "|", text.size(), ":", text);
}

}  // namespace

ListCache::ListCache(std::size_t projects, Limits limits, const Clock& clock)
    : limits_(limits), clock_(clock), projects_(MakeProjects<Project>(projects)) {}

ListCache::~ListCache() = default;

std::string ListCache::KeyOf(const Caller& caller, absl::Span<const std::string> queries,
                             bool want_total) {
  // Whole texts, not fingerprints: two callers that collided would see each other's records.
  std::string key = absl::StrCat(want_total, caller.privileged, caller.roles->roles().size());
  AppendSized(key, caller.user_id);
  for (const std::string& role : caller.roles->roles()) AppendSized(key, role);
  for (const std::string& query : queries) AppendSized(key, query);
  return key;
}

std::optional<ListResult> ListCache::Find(std::uint32_t index, const std::string& key,
                                          std::chrono::seconds ttl) {
  Project& project = *projects_[index];
  MutexLock lock(project.mutex);
  const auto found = project.by_key.find(key);
  if (found == project.by_key.end()) return std::nullopt;
  const auto entry = found->second;
  if (clock_.Monotonic() - entry->made > ttl) return std::nullopt;
  project.entries.splice(project.entries.begin(), project.entries, entry);
  return entry->result;
}

std::uint64_t ListCache::Generation(std::uint32_t index) {
  Project& project = *projects_[index];
  MutexLock lock(project.mutex);
  return project.generation;
}

void ListCache::Insert(std::uint32_t index, std::string key, std::uint64_t generation,
                       const ListResult& result) {
  if (result.records.size() > limits_.max_records) return;
  Project& project = *projects_[index];
  MutexLock lock(project.mutex);
  if (project.generation != generation) return;
  const auto old = project.by_key.find(key);
  if (old != project.by_key.end()) Erase(project, old->second);
  project.entries.push_front({std::move(key), clock_.Monotonic(), result});
  project.by_key.emplace(project.entries.front().key, project.entries.begin());
  project.records += result.records.size();
  while (project.entries.size() > limits_.max_entries || project.records > limits_.max_records) {
    Erase(project, std::prev(project.entries.end()));
  }
}

void ListCache::Purge(std::uint32_t index) {
  std::list<Entry> dropped;  // destroyed after the lock
  Project& project = *projects_[index];
  MutexLock lock(project.mutex);
  ++project.generation;
  dropped.swap(project.entries);
  project.by_key.clear();
  project.records = 0;
}

void ListCache::Erase(Project& project, std::list<Entry>::iterator entry) {
  project.records -= entry->result.records.size();
  project.by_key.erase(entry->key);
  project.entries.erase(entry);
}

}  // namespace presences::service
