// ProjectRules: what a project's configuration says about its records.
//
// Threads: immutable; a reload makes a new one.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace presences {

// What a record is keyed by (design 2).
enum class Identity { kPerPresenceId, kPerUser };

struct ProjectRules {
  std::string project_id;
  Identity identity = Identity::kPerPresenceId;
  std::chrono::milliseconds default_ttl{90'000};
  std::vector<std::string> indexed_metadata;  // paths inside metadata, without "metadata."
  std::int64_t max_presences = 0;             // 0: no limit
};

}  // namespace presences
