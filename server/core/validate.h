// Validation: raw request fields become the inputs of a mutation, or a refusal.
//
// "Parse, don't validate": mutation.h accepts only what these functions built, so no rule is
// checked twice and none is forgotten. Fields are checked in the order of contract 1.4, and the
// first failure answers. Field names in messages are the JSON names (presenceId, userId, status,
// permissions, expiresAt, metadata).
//
// Threads: any (pure functions).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/base/clock.h"
#include "server/core/presence.h"

namespace presences {

inline constexpr std::size_t kMaxIdSize = 36;             // contract 1.4
inline constexpr std::size_t kMaxStatusCodePoints = 256;  // seed
inline constexpr std::chrono::hours kMaxTtl{30 * 24};     // seed: 30 days
inline constexpr std::chrono::hours kExtendAfter{24};     // held records: not at every look
inline constexpr std::size_t kMaxMetadataSize = 65'535;   // design 2
inline constexpr int kMaxMetadataDepth = 64;              // design 2

// A full write: status replaces, absent fields take their defaults.
struct UpsertInput {
  std::string presence_id;
  std::optional<std::string> user_id;
  std::string status;
  std::string metadata = "{}";  // compact
  std::optional<TimePoint> expires_at;
  std::optional<std::vector<std::string>> permissions;  // normalised
  std::optional<Revision> if_revision;                  // 0: only if there is no record
};

// An upsert by a connection that holds the record for as long as it lives (design 5.4).
struct HoldInput {
  UpsertInput upsert;    // without expires_at: the connection is the lifetime
  bool joining = false;  // the connection does not hold the record yet
};

// A sparse write: absent fields stay.
struct UpdateInput {
  std::string presence_id;
  std::optional<std::string> user_id;
  std::optional<std::string> status;
  std::optional<std::string> metadata;
  std::optional<TimePoint> expires_at;
  std::optional<std::vector<std::string>> permissions;
  std::optional<Revision> if_revision;
};

struct DeleteInput {
  std::string presence_id;
  std::optional<Revision> if_revision;
};

// A request as it came in; nothing checked. Absent and empty differ.
struct RawWrite {
  std::string presence_id;
  std::optional<std::string> user_id;
  std::optional<std::string> status;
  std::optional<std::string> metadata;  // JSON text
  std::optional<TimePoint> expires_at;
  std::optional<std::vector<std::string>> permissions;
  std::optional<Revision> if_revision;
};

// GENERAL_ARGUMENT_INVALID for a bad field; DOCUMENT_INVALID_STRUCTURE for metadata that is too
// large or too deep. `status` is required for an upsert. `expires_at` must lie in
// [now, now + 30 days].
absl::StatusOr<UpsertInput> ParseUpsert(RawWrite raw, TimePoint now);
absl::StatusOr<UpdateInput> ParseUpdate(RawWrite raw, TimePoint now);
absl::StatusOr<DeleteInput> ParseDelete(RawWrite raw);

// The UID rule (contract 1.4): 1-36 of A-Z a-z 0-9 . _ -, the first none of . _ -
bool IsUid(absl::string_view text);
absl::Status CheckUid(absl::string_view field, absl::string_view value);

}  // namespace presences
