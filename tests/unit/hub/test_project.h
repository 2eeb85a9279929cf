// TestProject: one project whose records a test changes, through the real committer.
//
// Memory log and fake clock, so a write is committed, applied and published when its call returns.
//
// Threads: any for the writes; one at a time for the rest.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/store/committer.h"
#include "server/store/log.h"
#include "server/store/state.h"
#include "tests/support/counting_metrics.h"
#include "tests/support/fake_clock.h"
#include "tests/support/store_harness.h"

namespace presences::testing {

// What a write says beside id and status.
struct PutSpec {
  std::string user = "u1";
  std::vector<std::string> read = {"any"};  // roles that may read
  std::chrono::milliseconds ttl{90'000};
  std::string metadata = "{}";
};

class TestProject {
 public:
  explicit TestProject(store::ChangeListener& listener, std::vector<std::string> indexed = {});

  // Each writes with a key, must succeed, and answers the revision it made.
  Revision Put(const std::string& id, const std::string& status = "online",
               const PutSpec& spec = {});
  Revision SetStatus(const std::string& id, const std::string& status);
  Revision SetRead(const std::string& id, const std::vector<std::string>& roles);
  // Changes nothing but times.
  Revision Refresh(const std::string& id, std::chrono::milliseconds ttl = std::chrono::seconds(90));
  Revision Delete(const std::string& id);
  // What the expirer does for a record whose time has come; the same revision as before if it has
  // not.
  Revision Expire(const std::string& id);
  // All operations as one write, so as one group. Answers the newest revision.
  Revision WriteAll(std::vector<store::Operation> operations);
  // The same without minding refusals.
  Revision TryWriteAll(std::vector<store::Operation> operations);
  // `count` writes to a record that no test looks at.
  void Churn(int count);

  UpsertInput UpsertOf(const std::string& id, const std::string& status,
                       const PutSpec& spec = {}) const;

  store::Committer& committer() { return committer_; }

  FakeClock clock;
  CountingMetrics metrics;
  const ProjectRules rules;
  store::State state;

 private:
  Inbox::Results Submit(std::vector<store::Operation> operations);

  std::unique_ptr<store::Log> log_;
  store::Committer committer_;
};

// {"any"} -> {read("any")}
std::vector<std::string> ReadPermissions(const std::vector<std::string>& roles);

}  // namespace presences::testing
