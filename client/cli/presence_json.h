// Records and events as JSON, with the names they have over HTTP (design 3.4), plus `revision`.
//
// Threads: any (pure functions).
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "client/presence.h"
#include "client/stream_event.h"

namespace presences::cli {

std::string ToJson(const client::Presence& presence);
std::string ToJson(const client::PresenceList& list);
std::string ToJson(const client::PresenceCount& count);

// One line per thing that happened, each with its line end. The resume token of a batch of changes
// is on the last of them.
std::string ToLines(const client::StreamEvent& event);

// UPSERTED, UPDATED, DELETED, EXPIRED, REMOVED.
absl::string_view Name(client::ChangeType type);

}  // namespace presences::cli
