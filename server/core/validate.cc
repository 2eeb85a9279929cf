#include "server/core/validate.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/base/reason.h"
#include "server/core/json.h"
#include "server/core/permission.h"
#include "server/core/time_format.h"

namespace presences {
namespace {

// One step: refuses a field or brings it into its normal form. Absent fields pass.
using Step = absl::Status (*)(RawWrite& raw, TimePoint now);

absl::Status RunInOrder(std::initializer_list<Step> steps, RawWrite& raw, TimePoint now) {
  for (const Step step : steps) {
    absl::Status status = step(raw, now);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status PresenceId(RawWrite& raw, TimePoint) {
  return CheckUid("presenceId", raw.presence_id);
}

absl::Status UserId(RawWrite& raw, TimePoint) {
  return raw.user_id ? CheckUid("userId", *raw.user_id) : absl::OkStatus();
}

absl::Status InvalidStatus(absl::string_view rule_and_fix) {
  return InvalidField("status", absl::StrCat("must be 1 to ", kMaxStatusCodePoints,
                                             " characters, got ", rule_and_fix));
}

absl::Status OptionalStatus(RawWrite& raw, TimePoint) {
  if (!raw.status) return absl::OkStatus();
  std::size_t size = 0;
  if (!IsUtf8(*raw.status, &size)) {
    return InvalidStatus("bytes that are no UTF-8; encode it as UTF-8");
  }
  if (size == 0) return InvalidStatus("none; name one, such as online");
  if (size > kMaxStatusCodePoints) return InvalidStatus(absl::StrCat(size, "; shorten it"));
  return absl::OkStatus();
}

absl::Status RequiredStatus(RawWrite& raw, TimePoint now) {
  if (!raw.status) return InvalidField("status", "is required; name one, such as online");
  return OptionalStatus(raw, now);
}

absl::Status Permissions(RawWrite& raw, TimePoint) {
  if (!raw.permissions) return absl::OkStatus();
  auto normalized = NormalizePermissions(*raw.permissions);
  if (!normalized.ok()) return normalized.status();
  raw.permissions = *std::move(normalized);
  return absl::OkStatus();
}

absl::Status ExpiresAt(RawWrite& raw, TimePoint now) {
  if (!raw.expires_at) return absl::OkStatus();
  if (*raw.expires_at < now) {
    return InvalidField("expiresAt",
                        absl::StrCat("must not be in the past, got ", FormatTime(*raw.expires_at),
                                     " at ", FormatTime(now), "; choose a later time"));
  }
  if (*raw.expires_at > now + kMaxTtl) {
    return InvalidField("expiresAt", absl::StrCat("must be at most 30 days ahead, got ",
                                                  FormatTime(*raw.expires_at), "; choose ",
                                                  FormatTime(now + kMaxTtl), " or earlier"));
  }
  return absl::OkStatus();
}

absl::Status Metadata(RawWrite& raw, TimePoint) {
  if (!raw.metadata) return absl::OkStatus();
  auto compact = CompactMetadata("metadata", *raw.metadata);
  if (!compact.ok()) return compact.status();
  raw.metadata = *std::move(compact);
  return absl::OkStatus();
}

absl::Status IfRevision(RawWrite& raw, TimePoint) {
  if (!raw.if_revision || *raw.if_revision >= 0) return absl::OkStatus();
  return InvalidField("ifRevision", absl::StrCat("must be 0 or more, got ", *raw.if_revision,
                                                 "; send the revision that you read, or none"));
}

bool IsUidCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-';
}

}  // namespace

// The orders below are those of the routes' parameters (contract 1.4): they differ.

absl::StatusOr<UpsertInput> ParseUpsert(RawWrite raw, TimePoint now) {
  const absl::Status status = RunInOrder(
      {PresenceId, UserId, RequiredStatus, Permissions, ExpiresAt, Metadata, IfRevision}, raw, now);
  if (!status.ok()) return status;
  UpsertInput input;
  input.presence_id = std::move(raw.presence_id);
  input.user_id = std::move(raw.user_id);
  input.status = *std::move(raw.status);
  if (raw.metadata) input.metadata = *std::move(raw.metadata);
  input.expires_at = raw.expires_at;
  input.permissions = std::move(raw.permissions);
  input.if_revision = raw.if_revision;
  return input;
}

absl::StatusOr<UpdateInput> ParseUpdate(RawWrite raw, TimePoint now) {
  const absl::Status status = RunInOrder(
      {PresenceId, UserId, OptionalStatus, ExpiresAt, Metadata, Permissions, IfRevision}, raw, now);
  if (!status.ok()) return status;
  UpdateInput input;
  input.presence_id = std::move(raw.presence_id);
  input.user_id = std::move(raw.user_id);
  input.status = std::move(raw.status);
  input.metadata = std::move(raw.metadata);
  input.expires_at = raw.expires_at;
  input.permissions = std::move(raw.permissions);
  input.if_revision = raw.if_revision;
  return input;
}

absl::StatusOr<DeleteInput> ParseDelete(RawWrite raw) {
  const absl::Status status = RunInOrder({PresenceId, IfRevision}, raw, TimePoint());
  if (!status.ok()) return status;
  return DeleteInput{std::move(raw.presence_id), raw.if_revision};
}

bool IsUid(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxIdSize &&
         absl::ascii_isalnum(static_cast<unsigned char>(text[0])) &&
         std::all_of(text.begin(), text.end(), IsUidCharacter);
}

absl::Status CheckUid(absl::string_view field, absl::string_view value) {
  if (IsUid(value)) return absl::OkStatus();
  return InvalidField(field, absl::StrCat("must be 1 to ", kMaxIdSize,
                                          " characters of A-Z a-z 0-9 . _ - and begin with a "
                                          "letter or digit; ID.unique() makes such ids"));
}

}  // namespace presences
