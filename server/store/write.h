// Write: one caller's request to change records, and its results.
//
// Threads: built by the caller, then owned by the committer until Done().
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "server/base/clock.h"
#include "server/core/caller.h"
#include "server/core/change.h"
#include "server/core/validate.h"

namespace presences::store {

// Removes records whose time has come; records that were refreshed meanwhile stay.
struct ExpireInput {
  std::vector<std::string> presence_ids;
};

// Removes held records that nobody holds any more; others stay.
struct ReleaseInput {
  std::vector<std::string> presence_ids;
  // Asked when the operation's turn has come: true when the record is still without a holder.
  // Must be quick and must not call into the store.
  std::function<bool(const std::string& presence_id)> unheld;
};

// Moves the expiry of held records on, silently; others stay.
struct ExtendInput {
  std::vector<std::string> presence_ids;
};

using Operation = std::variant<UpsertInput, HoldInput, UpdateInput, DeleteInput, ExpireInput,
                               ReleaseInput, ExtendInput>;

class Write {
 public:
  virtual ~Write() = default;

  // Called exactly once, after the outcome is durable, visible and published, or was refused; on
  // whatever thread committed. Must not block, and may delete the Write.
  virtual void Done() = 0;

  std::uint32_t project = 0;
  Caller caller;
  // Applied in order, each on its own: one that is refused does not stop the next.
  std::vector<Operation> operations;
  // One result per operation: the new record; null for a delete or an expiry that took place.
  // When the log failed, every result is its error.
  std::vector<absl::StatusOr<PresencePtr>> results;

 private:
  friend class WriteQueue;
  Write* next_ = nullptr;
  MonotonicTime enqueued_;
};

}  // namespace presences::store
