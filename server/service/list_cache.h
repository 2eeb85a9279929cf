// ListCache: answers of list calls that a reader allows to be stale (`ttl`, contract 4.7).
//
// Keyed by everything that decides an answer: project, the caller's identity and roles, the exact
// queries, whether a total is wanted. The reader's ttl says how old an answer may be, so entries
// carry their age and no expiry; the least recently used go when there is no room.
//
// Threads: any. Its mutexes are leaf locks, one per project.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "server/base/clock.h"
#include "server/base/mutex.h"
#include "server/core/caller.h"

namespace presences::service {

struct ListResult;

class ListCache {
 public:
  struct Limits {  // per project
    std::size_t max_entries = 4096;
    std::size_t max_records = 50'000;  // of all entries; a larger answer is not kept
  };

  ListCache(std::size_t projects, Limits limits, const Clock& clock);
  ~ListCache();

  static std::string KeyOf(const Caller& caller, absl::Span<const std::string> queries,
                           bool want_total);

  // The answer under `key` if it is not older than `ttl`. What in it has expired, or may no longer
  // be read, is the caller's to leave out.
  std::optional<ListResult> Find(std::uint32_t project, const std::string& key,
                                 std::chrono::seconds ttl);

  // Taken before an answer is read, and given to Insert: an answer that a purge has overtaken is
  // not kept.
  std::uint64_t Generation(std::uint32_t project);
  void Insert(std::uint32_t project, std::string key, std::uint64_t generation,
              const ListResult& result);

  // Forgets every answer of the project.
  void Purge(std::uint32_t project);

 private:
  struct Entry;
  struct Project {
    Mutex mutex;
    std::uint64_t generation GUARDED_BY(mutex) = 0;
    std::size_t records GUARDED_BY(mutex) = 0;
    std::list<Entry> entries GUARDED_BY(mutex);  // most recently used first
    absl::flat_hash_map<std::string, std::list<Entry>::iterator> by_key GUARDED_BY(mutex);
  };

  void Erase(Project& project, std::list<Entry>::iterator entry) REQUIRES(project.mutex);

  const Limits limits_;
  const Clock& clock_;
  const std::vector<std::unique_ptr<Project>> projects_;
};

}  // namespace presences::service
