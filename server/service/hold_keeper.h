// HoldKeeper: which connections hold which records, and when a record has lost its last holder.
//
// A held record lives as long as one of its holders (design 5.4). A holder that leaves cleanly
// counts as gone at once; one that navigated or was cut off may come back within a grace, and if
// it brings the same content nobody hears of it. Whether a record goes is decided when the
// release has its turn in the project's order, by asking here again. While a record is held, its
// automatic expiry is moved on before it comes near.
//
// Threads: any; owns one thread for graces and extensions. Lock order: its mutex alone (it is asked
// while a group commits, so nothing is called with it held).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/base/clock.h"
#include "server/base/heartbeat.h"
#include "server/base/metrics.h"
#include "server/core/caller.h"
#include "server/core/validate.h"
#include "server/store/committer.h"
#include "server/store/state.h"

namespace presences::service {

// How a connection ended, or why its holds are given up.
enum class Parting {
  kClean,       // on purpose: records go at once
  kNavigation,  // a page was closed or reloaded, which cannot be told apart: navigation_grace
  kLost,        // cut off, timed out, token expired: connection_grace
};

class HoldKeeper {
 public:
  using HolderId = std::uint64_t;
  using Done = std::function<void(absl::StatusOr<PresencePtr>)>;

  struct Project {
    const store::State* state = nullptr;
    std::chrono::milliseconds connection_grace{5000};
    std::chrono::milliseconds navigation_grace{3000};
    bool per_user = false;  // as in ProjectRules
    std::string id{};       // label of metrics
  };

  // Records that are held in the states when it starts get one connection_grace to find a holder:
  // their connections ended with the process before. All references must outlive the keeper.
  HoldKeeper(std::vector<Project> projects, store::Committer& committer, Clock& clock,
             Metrics& metrics, Heartbeats& heartbeats = Heartbeats::None());
  ~HoldKeeper();

  // A connection that may hold records of one project.
  HolderId Join(std::uint32_t project);

  // Upserts the record and holds it. Refusals are those of mutation.h's Hold; then nothing is
  // held that was not before.
  void Hold(HolderId holder, const Caller& caller, UpsertInput input, Done done);
  // Gives up one record, as a clean parting would. False: the holder did not hold it.
  bool Release(HolderId holder, const std::string& presence_id);
  // Gives up all records of the holder, which may go on holding others.
  void ReleaseAll(HolderId holder, Parting parting);
  // As ReleaseAll, and forgets the holder.
  void Leave(HolderId holder, Parting parting);

  // How many records of the project are held, those in grace included.
  std::size_t held_count(std::uint32_t project) const;

  // From now on nothing is released: the server stops, and the holders will come back elsewhere.
  void Freeze();
  void Stop();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace presences::service
