// Viewer: who looks, and at what; decides how each change looks to them.
//
// Sight follows from the record before and after the change, so nothing is remembered per viewer:
// seen before and not now is a removal, whatever the reason.
//
// Threads: immutable; shared by all sessions of an audience.
#pragma once

#include <cstdint>
#include <string>

#include "server/core/caller.h"
#include "server/core/change.h"
#include "server/core/channel.h"
#include "server/core/filter.h"

namespace presences::hub {

struct Viewer {
  Caller caller;
  ChannelSet channels;
  FilterSet filters;
  bool skip_unchanged = false;

  // May read the record, and the filters match it.
  bool Sees(const Presence& record) const;
  // How the change looks to this viewer.
  ChangeView ViewOf(const Change& change) const;
  // The same for one who was never told of the record's state before the change.
  ChangeView FirstViewOf(const Change& change) const;
  // True when the snapshot should hold the record: seen, and covered by the channels.
  bool InSnapshot(const Presence& record) const;

  // Equal fingerprints: the same question. Part of resume tokens.
  std::uint64_t RequestFingerprint(absl::string_view project) const;
  // Equal fingerprints: the same sight. Part of resume tokens.
  std::uint64_t ViewerFingerprint() const;
};

}  // namespace presences::hub
