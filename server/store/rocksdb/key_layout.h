// Key layout: what the keys and small values of the database look like.
//
//   v                        format version, decimal text
//   u                        present while an `async` process runs: it stopped uncleanly if found
//   p                        written to find out whether writing works
//   m <project>              head: revision and epoch, 8 bytes little-endian each
//   r <project> NUL <id>     newest version of a record (Presence::Encode)
//
// Ids contain no NUL, so the records of a project are one range.
//
// Threads: any (pure functions).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "server/store/log.h"

namespace presences::store {

inline constexpr int kFormatVersion = 1;
inline constexpr char kFormatKey[] = "v";
inline constexpr char kRunningKey[] = "u";
inline constexpr char kProbeKey[] = "p";
inline constexpr char kHeadPrefix[] = "m";

std::string HeadKey(absl::string_view project_id);
// What the keys of a project's records begin with, and the first key after them.
std::string RecordPrefix(absl::string_view project_id);
std::string RecordLimit(absl::string_view project_id);

std::string EncodeHead(const LogHead& head);
std::optional<LogHead> DecodeHead(absl::string_view bytes);

}  // namespace presences::store
