// StreamEncoder: how changes and markers look in one wire form.
//
// Implemented in wire/, so that the hub knows neither protobuf nor JSON. A frame is
// Head(...) + Body(...); Body is shared between sessions, Head carries what is a session's own.
//
// Threads: any; implementations are stateless.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/core/change.h"

namespace presences {

enum class FrameKind { kReset, kChanges, kCurrent, kHeartbeat, kGoingAway };

class StreamEncoder {
 public:
  virtual ~StreamEncoder() = default;

  virtual WireForm form() const = 0;
  // One change, ready to be joined with others.
  virtual std::string Entry(const Change& change, ChangeView view) const = 0;
  // A record of the snapshot, as an upserted change.
  virtual std::string SnapshotEntry(const Presence& record) const = 0;
  // The shared rest of a frame of kind kChanges.
  virtual std::string Body(absl::Span<const absl::string_view> entries) const = 0;
  // The start of a frame. For kinds other than kChanges it is the whole frame.
  virtual std::string Head(FrameKind kind, absl::string_view resume_token) const = 0;
};

// SocketEncoder: how changes look to a Realtime socket (contract 6.6).
//
// An event is everything up to the ids of the subscriptions that it is for, which differ from
// connection to connection; so the first part is made once per change and shared.
//
// Threads: any; implementations are stateless.
class SocketEncoder {
 public:
  virtual ~SocketEncoder() = default;

  // The shared part of the event for `change`.
  virtual std::string Event(const Change& change, ChangeView view) const = 0;
  // Appends the whole message, framed for the wire.
  virtual void Append(std::string& out, absl::string_view event,
                      absl::Span<const absl::string_view> subscription_ids) const = 0;
};

}  // namespace presences
