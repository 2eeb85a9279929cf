// The records and requests of the client, as plain values: no generated code, no transport.
//
// What is absent in a request takes the server's default; the rules of every field are those of
// proto/presences/v1/presences.proto.
//
// Threads: plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/base/clock.h"

namespace presences::client {

// One record: a user is here until `expires_at`.
struct Presence {
  std::string id = {};
  std::string user_id = {};
  std::string status = {};
  std::string source = {};                    // rest, grpc or realtime: who wrote it last
  std::string metadata = "{}";                // one JSON object
  std::vector<std::string> permissions = {};  // sorted by byte
  TimePoint created_at = {};
  TimePoint updated_at = {};
  TimePoint expires_at = {};
  std::int64_t revision = 0;

  friend bool operator==(const Presence&, const Presence&) = default;
};

// Creates a record or replaces it whole.
struct PresenceUpsert {
  std::string id = {};
  std::string status = {};
  std::optional<std::string> user_id = {};  // the owner: required of API keys, forbidden to users
  std::optional<std::string> metadata = {};
  std::optional<TimePoint> expires_at = {};
  std::optional<std::vector<std::string>> permissions = {};  // absent and empty differ
  std::optional<std::int64_t> if_revision = {};              // 0: only if there is no such record
};

// Changes the fields that are given.
struct PresenceUpdate {
  std::string id = {};
  std::optional<std::string> user_id = {};
  std::optional<std::string> status = {};
  std::optional<std::string> metadata = {};
  std::optional<TimePoint> expires_at = {};
  std::optional<std::vector<std::string>> permissions = {};
  bool purge = false;  // empties the project's list cache
  std::optional<std::int64_t> if_revision = {};
};

struct ListRequest {
  std::vector<std::string> queries = {};  // one JSON text each
  bool want_total = true;
  std::int32_t cache_seconds = 0;  // accepts an answer this old; 0: none
};

struct PresenceList {
  std::int64_t total = 0;
  std::vector<Presence> presences = {};
};

struct CountRequest {
  std::vector<std::string> queries = {};
  std::string group_by = {};  // status, userId or an indexed metadata path; empty: no groups
};

struct PresenceCount {
  struct Group {
    std::string value;
    std::int64_t count = 0;
  };
  std::int64_t total = 0;
  std::vector<Group> groups = {};  // the largest first
};

// Names records by id or by query, never both.
struct BatchDelete {
  std::vector<std::string> ids = {};
  std::vector<std::string> queries = {};
};

// One per item of a batch, in order.
using BatchResults = std::vector<absl::StatusOr<Presence>>;

enum class Health { kUnknown, kServing, kNotServing, kServiceUnknown };

}  // namespace presences::client
