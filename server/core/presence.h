// Presence: one record, immutable, in one allocation.
//
// The fixed fields, then the texts packed behind them, then the permissions: a million records
// are a million allocations and nothing else. The permissions that most records have, the default
// ones of their owner, take no room. A write makes a new record and swaps a pointer, so
// readers never lock and never see half a write.
//
// Threads: immutable; the count is atomic.
// Invariant: every record satisfies the rules of validate.h; permissions are normalised
// (permission.h), metadata is compact JSON with an object at the top.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/base/clock.h"
#include "server/base/intrusive_ptr.h"

namespace presences {

// Position in a project's one total order of changes. Starts at 1; 0 is "before everything".
using Revision = std::int64_t;

// Which surface wrote the record last through an upsert (`source` in responses).
enum class Source : std::uint8_t { kRest = 0, kGrpc = 1, kRealtime = 2 };
absl::string_view SourceName(Source source);  // "rest", "grpc", "realtime"

// What a record is made of; views need to live only until Make returns.
struct PresenceFields {
  absl::string_view id;
  absl::string_view user_id;
  absl::string_view status;
  absl::string_view metadata = "{}";
  std::vector<absl::string_view> permissions;
  // Instead of the above: delete, read and update for user:<user_id> (design 2, "permissions
  // omitted").
  bool default_permissions = false;
  TimePoint created_at;
  TimePoint updated_at;
  TimePoint expires_at;
  Revision revision = 0;          // of the change that wrote this version
  Revision created_revision = 0;  // of the change that created the record: creation order
  Source source = Source::kRest;
  bool held = false;     // its lifetime is a connection's (design 5.4)
  bool bounded = false;  // held, and a write named when it ends at the latest
};

// Writes a default permission where it needs no allocation; a view lives until the next call.
class DefaultPermissionText {
 public:
  absl::string_view Delete(absl::string_view owner) { return Write("delete(\"user:", owner); }
  absl::string_view Read(absl::string_view owner) { return Write("read(\"user:", owner); }
  absl::string_view Update(absl::string_view owner) { return Write("update(\"user:", owner); }

 private:
  absl::string_view Write(absl::string_view begin, absl::string_view owner);

  char text_[13 + 255 + 2];  // the longest begin, an owner by its counter in Presence, the end
};

class Presence {
 public:
  // REQUIRES: the fields satisfy validate.h (their sizes are checked, they fit the counters).
  static IntrusivePtr<const Presence> Make(const PresenceFields& fields);

  absl::string_view id() const { return Text(0, id_size_); }
  absl::string_view user_id() const { return Text(id_size_, user_size_); }
  absl::string_view status() const { return Text(id_size_ + user_size_, status_size_); }
  absl::string_view metadata() const {
    return Text(id_size_ + user_size_ + status_size_, metadata_size_);
  }
  // Sorted by bytes, without duplicates.
  std::vector<std::string> permissions() const;
  // True when `test(permission)` is, for one of them, in their order; allocates nothing. A view
  // lives until the test returns.
  template <typename Test>
  bool AnyPermission(const Test& test) const {
    if (default_permissions_) {
      DefaultPermissionText text;
      return test(text.Delete(user_id())) || test(text.Read(user_id())) ||
             test(text.Update(user_id()));
    }
    for (absl::string_view rest = PackedPermissions(); !rest.empty();) {
      const std::size_t size = static_cast<std::uint8_t>(rest[0]);
      if (test(rest.substr(1, size))) return true;
      rest.remove_prefix(1 + size);
    }
    return false;
  }
  TimePoint created_at() const { return created_at_; }
  TimePoint updated_at() const { return updated_at_; }
  TimePoint expires_at() const { return expires_at_; }
  Revision revision() const { return revision_; }
  Revision created_revision() const { return created_revision_; }
  Source source() const { return source_; }
  bool held() const { return held_; }
  bool bounded() const { return bounded_; }

  // All fields, as views into this record: the start of a changed copy.
  PresenceFields fields() const;
  // True when the two differ at most in times, revision, source, held and bounded.
  bool SameContent(const Presence& other) const;
  // Bytes of the allocation.
  std::size_t size_bytes() const { return sizeof(Presence) + text_size(); }

  // The record as bytes for a log, and back. Decode answers null when the bytes are not a record
  // (truncated, unknown version, impossible times): the caller reports corruption. It trusts no
  // size that it reads, but does not parse the texts again.
  std::string Encode() const;
  static IntrusivePtr<const Presence> Decode(absl::string_view bytes);

  void Ref() const { references_.fetch_add(1, std::memory_order_relaxed); }
  void Unref() const;

 private:
  Presence() = default;
  ~Presence() = default;
  absl::string_view Text(std::size_t offset, std::size_t size) const {
    return {reinterpret_cast<const char*>(this + 1) + offset, size};
  }
  absl::string_view PackedPermissions() const {
    return Text(id_size_ + user_size_ + status_size_ + metadata_size_, permissions_size_);
  }
  std::size_t text_size() const {
    return id_size_ + user_size_ + status_size_ + metadata_size_ + permissions_size_;
  }

  TimePoint created_at_;
  TimePoint updated_at_;
  TimePoint expires_at_;
  Revision revision_ = 0;
  Revision created_revision_ = 0;
  mutable std::atomic<std::uint32_t> references_{1};
  std::uint32_t metadata_size_ = 0;
  std::uint16_t status_size_ = 0;
  std::uint16_t permissions_size_ = 0;  // packed: one length byte before each
  std::uint8_t id_size_ = 0;
  std::uint8_t user_size_ = 0;
  Source source_ = Source::kRest;
  bool held_ : 1 = false;
  bool bounded_ : 1 = false;
  bool default_permissions_ : 1 = false;
};

using PresencePtr = IntrusivePtr<const Presence>;

}  // namespace presences
