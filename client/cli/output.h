// Results on stdout, as JSON or for people.
//
// Threads: confined to the main thread.
#pragma once

#include <vector>

#include "client/cli/session.h"
#include "client/presence.h"

namespace presences::cli {

void Show(const Session& session, const client::Presence& presence);
void Show(const Session& session, const client::PresenceList& list);
void Show(const Session& session, const client::PresenceCount& count);

}  // namespace presences::cli
