#include "server/core/presence.h"

#include <cstring>
#include <limits>
#include <new>

#include "server/base/check.h"
#include "server/core/permission.h"
#include "server/core/time_format.h"
#include "server/core/validate.h"

namespace presences {
namespace {

// The counters of the record must hold the largest record that validate.h lets through.
static_assert(kMaxIdSize <= std::numeric_limits<std::uint8_t>::max());
static_assert(kMaxPermissionSize <= std::numeric_limits<std::uint8_t>::max());
static_assert(kMaxStatusCodePoints * 4 <= std::numeric_limits<std::uint16_t>::max());
static_assert(2 * kMaxPermissions * (1 + kMaxPermissionSize) <=
              std::numeric_limits<std::uint16_t>::max());

template <typename Counter>
Counter CheckedSize(std::size_t size) {
  PRESENCES_CHECK(size <= std::numeric_limits<Counter>::max());
  return static_cast<Counter>(size);
}

char* Append(char* out, absl::string_view text) {
  if (!text.empty()) std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

// Stored form, all numbers little-endian:
//   u8 version, u8 source, u8 flags, u8 id size, u8 user size, u16 status size,
//   u16 permissions size, u32 metadata size, i64 created_at, i64 updated_at, i64 expires_at
//   (milliseconds), i64 revision, i64 created_revision, then the texts as they lie in memory.
constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kHeld = 1;  // flags
constexpr std::uint8_t kBounded = 2;
constexpr std::uint8_t kDefaultPermissions = 4;  // none are stored
constexpr std::uint8_t kAllFlags = kHeld | kBounded | kDefaultPermissions;
constexpr std::size_t kHeaderSize = 5 + 2 + 2 + 4 + 5 * 8;

template <typename Integer>
void PutInteger(std::string& out, Integer value) {
  auto bits = static_cast<std::uint64_t>(value);
  for (std::size_t i = 0; i < sizeof(Integer); ++i, bits >>= 8) {
    out.push_back(static_cast<char>(bits & 0xff));
  }
}

// REQUIRES: `in` has enough bytes.
template <typename Integer>
Integer TakeInteger(absl::string_view& in) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < sizeof(Integer); ++i) {
    bits |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(in[i])) << (8 * i);
  }
  in.remove_prefix(sizeof(Integer));
  return static_cast<Integer>(bits);
}

absl::string_view TakeText(absl::string_view& in, std::size_t size) {
  const absl::string_view text = in.substr(0, size);
  in.remove_prefix(size);
  return text;
}

void PutTime(std::string& out, TimePoint time) {
  PutInteger<std::int64_t>(out, time.time_since_epoch().count());
}

TimePoint TakeTime(absl::string_view& in) {
  return TimePoint(std::chrono::milliseconds(TakeInteger<std::int64_t>(in)));
}

bool IsPossible(TimePoint time) { return kMinTime <= time && time <= kMaxTime; }

// False when the length bytes do not add up.
bool UnpackPermissions(absl::string_view packed, std::vector<absl::string_view>& permissions) {
  while (!packed.empty()) {
    const std::size_t size = static_cast<std::uint8_t>(packed[0]);
    if (1 + size > packed.size()) return false;
    permissions.push_back(packed.substr(1, size));
    packed.remove_prefix(1 + size);
  }
  return true;
}

bool AreDefault(absl::Span<const absl::string_view> permissions, absl::string_view owner) {
  DefaultPermissionText text;
  return permissions.size() == 3 && permissions[0] == text.Delete(owner) &&
         permissions[1] == text.Read(owner) && permissions[2] == text.Update(owner);
}

}  // namespace

absl::string_view DefaultPermissionText::Write(absl::string_view begin, absl::string_view owner) {
  constexpr absl::string_view kEnd = "\")";
  PRESENCES_CHECK(begin.size() + owner.size() + kEnd.size() <= sizeof(text_));
  const char* const end = Append(Append(Append(text_, begin), owner), kEnd);
  return {text_, static_cast<std::size_t>(end - text_)};
}

absl::string_view SourceName(Source source) {
  switch (source) {
    case Source::kRest:
      return "rest";
    case Source::kGrpc:
      return "grpc";
    case Source::kRealtime:
      return "realtime";
  }
  return "rest";
}

IntrusivePtr<const Presence> Presence::Make(const PresenceFields& fields) {
  const bool default_permissions =
      fields.default_permissions || AreDefault(fields.permissions, fields.user_id);
  absl::Span<const absl::string_view> permissions;
  if (!default_permissions) permissions = fields.permissions;
  std::size_t permissions_size = 0;
  for (const absl::string_view permission : permissions) {
    permissions_size += 1 + CheckedSize<std::uint8_t>(permission.size());
  }
  const std::size_t text_size = fields.id.size() + fields.user_id.size() + fields.status.size() +
                                fields.metadata.size() + permissions_size;
  auto* record = new (::operator new(sizeof(Presence) + text_size)) Presence;
  record->created_at_ = fields.created_at;
  record->updated_at_ = fields.updated_at;
  record->expires_at_ = fields.expires_at;
  record->revision_ = fields.revision;
  record->created_revision_ = fields.created_revision;
  record->metadata_size_ = CheckedSize<std::uint32_t>(fields.metadata.size());
  record->status_size_ = CheckedSize<std::uint16_t>(fields.status.size());
  record->permissions_size_ = CheckedSize<std::uint16_t>(permissions_size);
  record->id_size_ = CheckedSize<std::uint8_t>(fields.id.size());
  record->user_size_ = CheckedSize<std::uint8_t>(fields.user_id.size());
  record->source_ = fields.source;
  record->held_ = fields.held;
  record->bounded_ = fields.bounded;
  record->default_permissions_ = default_permissions;

  char* out = reinterpret_cast<char*>(record + 1);
  out = Append(out, fields.id);
  out = Append(out, fields.user_id);
  out = Append(out, fields.status);
  out = Append(out, fields.metadata);
  for (const absl::string_view permission : permissions) {
    *out++ = static_cast<char>(permission.size());
    out = Append(out, permission);
  }
  return IntrusivePtr<const Presence>::Adopt(record);
}

void Presence::Unref() const {
  if (references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  auto* self = const_cast<Presence*>(this);
  self->~Presence();
  ::operator delete(self);
}

std::vector<std::string> Presence::permissions() const {
  std::vector<std::string> permissions;
  AnyPermission([&](absl::string_view permission) {
    permissions.emplace_back(permission);
    return false;
  });
  return permissions;
}

PresenceFields Presence::fields() const {
  PresenceFields fields;
  fields.id = id();
  fields.user_id = user_id();
  fields.status = status();
  fields.metadata = metadata();
  fields.default_permissions = default_permissions_;
  const bool sound = UnpackPermissions(PackedPermissions(), fields.permissions);
  PRESENCES_CHECK(sound);
  fields.created_at = created_at_;
  fields.updated_at = updated_at_;
  fields.expires_at = expires_at_;
  fields.revision = revision_;
  fields.created_revision = created_revision_;
  fields.source = source_;
  fields.held = held_;
  fields.bounded = bounded_;
  return fields;
}

bool Presence::SameContent(const Presence& other) const {
  return id() == other.id() && user_id() == other.user_id() && status() == other.status() &&
         metadata() == other.metadata() && default_permissions_ == other.default_permissions_ &&
         PackedPermissions() == other.PackedPermissions();
}

std::string Presence::Encode() const {
  std::string out;
  out.reserve(kHeaderSize + text_size());
  PutInteger<std::uint8_t>(out, kVersion);
  PutInteger(out, static_cast<std::uint8_t>(source_));
  PutInteger(out, static_cast<std::uint8_t>((held_ ? kHeld : 0) | (bounded_ ? kBounded : 0) |
                                            (default_permissions_ ? kDefaultPermissions : 0)));
  PutInteger(out, id_size_);
  PutInteger(out, user_size_);
  PutInteger(out, status_size_);
  PutInteger(out, permissions_size_);
  PutInteger(out, metadata_size_);
  PutTime(out, created_at_);
  PutTime(out, updated_at_);
  PutTime(out, expires_at_);
  PutInteger(out, revision_);
  PutInteger(out, created_revision_);
  const absl::string_view text = Text(0, text_size());
  out.append(text.data(), text.size());
  return out;
}

IntrusivePtr<const Presence> Presence::Decode(absl::string_view bytes) {
  if (bytes.size() < kHeaderSize) return nullptr;
  if (TakeInteger<std::uint8_t>(bytes) != kVersion) return nullptr;
  const auto source = TakeInteger<std::uint8_t>(bytes);
  const auto flags = TakeInteger<std::uint8_t>(bytes);
  const std::size_t id_size = TakeInteger<std::uint8_t>(bytes);
  const std::size_t user_size = TakeInteger<std::uint8_t>(bytes);
  const std::size_t status_size = TakeInteger<std::uint16_t>(bytes);
  const std::size_t permissions_size = TakeInteger<std::uint16_t>(bytes);
  const std::size_t metadata_size = TakeInteger<std::uint32_t>(bytes);
  PresenceFields fields;
  fields.created_at = TakeTime(bytes);
  fields.updated_at = TakeTime(bytes);
  fields.expires_at = TakeTime(bytes);
  fields.revision = TakeInteger<Revision>(bytes);
  fields.created_revision = TakeInteger<Revision>(bytes);

  if (source > static_cast<std::uint8_t>(Source::kRealtime) || flags > kAllFlags ||
      (flags & (kHeld | kBounded)) == kBounded ||
      ((flags & kDefaultPermissions) != 0 && permissions_size != 0) || id_size == 0 ||
      fields.revision < 0 || fields.created_revision < 0 || !IsPossible(fields.created_at) ||
      !IsPossible(fields.updated_at) || !IsPossible(fields.expires_at) ||
      bytes.size() != id_size + user_size + status_size + metadata_size + permissions_size) {
    return nullptr;
  }
  fields.source = static_cast<Source>(source);
  fields.held = (flags & kHeld) != 0;
  fields.bounded = (flags & kBounded) != 0;
  fields.default_permissions = (flags & kDefaultPermissions) != 0;
  fields.id = TakeText(bytes, id_size);
  fields.user_id = TakeText(bytes, user_size);
  fields.status = TakeText(bytes, status_size);
  fields.metadata = TakeText(bytes, metadata_size);
  if (!UnpackPermissions(bytes, fields.permissions)) return nullptr;
  return Make(fields);
}

}  // namespace presences
