// OriginPolicy: which web pages may call a project (contract 1.6).
//
// A browser names the page's origin; only its host counts. Patterns are a host, *.suffix (any host
// below the suffix, not the suffix itself), or *. `localhost` stands for 127.0.0.1 and [::1] too.
//
// A page that the server itself serves may call it without being configured, if it was reached
// under an address or as localhost: those names no stranger's DNS can point here.
//
// Threads: any. Reload swaps the whole.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/base/mutex.h"

namespace presences::service {

class OriginPolicy {
 public:
  struct Project {
    std::string id;
    std::vector<std::string> origins;  // lower case
  };

  explicit OriginPolicy(std::vector<Project> projects);

  // `origin`: the header's value; `host`: of the Host header, may be empty. An empty `project` is
  // the only one; for an unknown one, an origin that any project allows is allowed: its page
  // should be able to read the refusal.
  bool Allows(absl::string_view project, absl::string_view origin, absl::string_view host) const;

  void Reload(std::vector<Project> projects);

 private:
  using Projects = std::vector<Project>;

  std::shared_ptr<const Projects> Current() const;

  mutable Mutex mutex_;  // leaf lock
  std::shared_ptr<const Projects> projects_ GUARDED_BY(mutex_);
};

}  // namespace presences::service
