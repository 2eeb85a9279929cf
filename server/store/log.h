// Log: where outcomes become durable, and what a restart reads back.
//
// The committer decides, the log remembers. Engines differ only here: `memory` counts, `embedded`
// (rocksdb/) keeps the newest value of each record, so that the newest values are the snapshot.
// An engine is done when tests/conformance/log_conformance_test passes for it.
//
// Threads: one at a time (the committer), except where a method says otherwise.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "server/core/presence.h"

namespace presences::store {

// One outcome. The revision of an entry is one more than that of the project's entry before it,
// unless an append in between failed: then there may be a gap, never a repeat.
struct LogEntry {
  std::uint32_t project = 0;  // index into the projects that the log was opened with
  Revision revision = 0;
  std::string presence_id;
  PresencePtr record;  // null: removed
};

// Where a project's order stands.
struct LogHead {
  Revision revision = 0;    // newest revision that was appended
  std::uint64_t epoch = 0;  // changes whenever revisions may have been lost or reused
};

class Log {
 public:
  virtual ~Log() = default;

  // Reads back a project: calls `record` for every record that was appended and not removed, in
  // any order, and answers the head. Called once per project, before the first Append.
  // GENERAL_STORAGE_UNAVAILABLE: the data cannot be read; the message says what to do.
  virtual absl::StatusOr<LogHead> Load(std::uint32_t project,
                                       const std::function<void(PresencePtr)>& record) = 0;

  // Makes all entries as durable as the engine promises, or none. On an error nothing was
  // acknowledged, but the entries may reappear after a crash that comes before the next success.
  // Their revisions are not used again by this process. Without entries it only finds out whether
  // appending is possible. GENERAL_STORAGE_UNAVAILABLE: disk full, I/O error; a later Append tries
  // again by itself.
  virtual absl::Status Append(absl::Span<const LogEntry> entries) = 0;

  // True when Append waits for a device, so that it needs a thread of its own.
  virtual bool blocks() const = 0;

  // Called on an orderly stop, after the last Append.
  virtual absl::Status Close() = 0;
};

// A random epoch, never 0.
std::uint64_t NewEpoch();

// The engine without durability: revisions and a fresh epoch, nothing else.
std::unique_ptr<Log> MakeMemoryLog();

}  // namespace presences::store
