// Channels: the names that a subscription listens to (contract 6.4).
//
// Names are compared literally; there are no wildcards. A change of action A on record P is
// published on exactly four names: presences, presences.P, presences.A, presences.P.A. Ids may
// contain dots and may equal an action word; literal comparison keeps both exact.
//
// Threads: immutable once parsed.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace presences {

// What a channel suffix can ask for. Expiry, removal and "left your view" are deletes.
enum class EventAction { kUpsert, kUpdate, kDelete };
inline constexpr std::size_t kEventActions = 3;
absl::string_view EventActionName(EventAction action);  // "upsert", "update", "delete"

class ChannelSet {
 public:
  // Strict: an empty list or a name that is no presences channel is GENERAL_ARGUMENT_INVALID
  // (gRPC, SSE). More than `max_channels` names (0: no limit): GENERAL_RESOURCE_LIMIT_EXCEEDED.
  static absl::StatusOr<ChannelSet> Parse(absl::Span<const std::string> channels,
                                          std::size_t max_channels);
  // Lenient: foreign names are kept and stay silent (the socket). Accepts an empty list.
  static ChannelSet ParseLenient(absl::Span<const std::string> channels);

  // True when a change of `action` on record `presence_id` is published on one of the names.
  bool Hears(absl::string_view presence_id, EventAction action) const;

  // What the snapshot covers: everything (a plain `presences` is among the names), or the named
  // records only. Names with an action suffix bring no snapshot.
  bool covers_all_records() const { return all_; }
  const std::vector<std::string>& record_ids() const { return record_ids_; }

  // The names as given, without duplicates, in order.
  const std::vector<std::string>& names() const { return names_; }
  // A canonical text: equal texts hear alike and cover the same records.
  std::string Canonical() const;

 private:
  bool Add(const std::string& name);  // false: no presences channel
  void Sort();

  bool all_ = false;
  std::array<bool, kEventActions> actions_{};  // presences.<action> is among the names
  std::vector<std::string> names_;             // order of the request
  std::vector<std::string> sorted_;            // X of each presences.X that can be heard
  std::vector<std::string> record_ids_;        // P of each presences.P that is a valid id
};

}  // namespace presences
