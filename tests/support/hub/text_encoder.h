// TextEncoder: a wire form that tests can read: one line for a frame's head, one for each change.
//
//   changes <token>
//   UPDATED p1 7 7 1893456090000 away<tab>{"page":"/home"}
//
// A change's line: type, id, the change's revision, the record's revision, its expiry in
// milliseconds, its status (C-escaped), its metadata.
//
// Threads: any.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "server/core/stream_encoder.h"
#include "server/hub/sink.h"

namespace presences::testing {

class TextEncoder final : public StreamEncoder {
 public:
  WireForm form() const override { return WireForm::kJson; }
  std::string Entry(const Change& change, ChangeView view) const override;
  std::string SnapshotEntry(const Presence& record) const override;
  std::string Body(absl::Span<const absl::string_view> entries) const override;
  std::string Head(FrameKind kind, absl::string_view resume_token) const override;

  // How often a change, and how often a body, was encoded.
  int entries() const { return entries_; }
  int bodies() const { return bodies_; }

 private:
  mutable std::atomic<int> entries_{0};
  mutable std::atomic<int> bodies_{0};
};

struct TextChange {
  std::string type;  // UPSERTED, UPDATED, DELETED, EXPIRED, REMOVED
  std::string id;
  Revision revision = 0;
  Revision record_revision = 0;
  TimePoint expires_at;
  std::string status;
  std::string metadata;
};

struct TextFrame {
  FrameKind kind = FrameKind::kChanges;
  std::string token;
  std::vector<TextChange> changes;
  std::size_t bytes = 0;
  TimePoint at;  // of the write, when the sink has a clock
};

// Fails the test when the frame is not of TextEncoder, or counts its changes wrongly.
TextFrame DecodeFrame(const hub::Frame& frame);

// "reset", "current", ..., or "UPDATED p1@7 away".
std::string ToText(FrameKind kind);
std::string ToText(const TextChange& change);

}  // namespace presences::testing
