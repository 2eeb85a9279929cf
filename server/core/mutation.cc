#include "server/core/mutation.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/reason.h"
#include "server/core/permission.h"

namespace presences {
namespace {

absl::Status CheckMayWrite(const Caller& caller) {
  if (caller.privileged || caller.is_user()) return absl::OkStatus();
  return MakeError(Reason::kUserUnauthenticated,
                   "guests may not write presences; send a user token or an API key");
}

// A user is who the credential says; only a key may speak for others.
absl::Status CheckMayNameUser(const Caller& caller, const std::optional<std::string>& user_id) {
  if (!user_id || caller.privileged) return absl::OkStatus();
  return MakeError(Reason::kGeneralUnauthorizedScope,
                   "userId: only API keys may name a user; leave it out, your token names you",
                   {{"field", "userId"}});
}

absl::Status NotFound(absl::string_view presence_id) {
  return MakeError(Reason::kPresenceNotFound,
                   absl::StrCat("presenceId: there is no presence ", presence_id,
                                " that you may read; check the id, or upsert it first"),
                   {{"field", "presenceId"}, {"presenceId", presence_id}});
}

absl::Status AlreadyExists(absl::string_view presence_id) {
  return MakeError(Reason::kPresenceAlreadyExists,
                   absl::StrCat("presenceId: ", presence_id,
                                " belongs to another user; choose another id, or ask its owner "
                                "for read and update"),
                   {{"field", "presenceId"}, {"presenceId", presence_id}});
}

absl::Status Unauthorized(absl::string_view presence_id, absl::string_view right) {
  return MakeError(Reason::kUserUnauthorized,
                   absl::StrCat("presenceId: you may read ", presence_id, " but not ", right,
                                " it; ask its owner for ", right),
                   {{"field", "presenceId"}, {"presenceId", presence_id}, {"right", right}});
}

// `current` is null when there is no record: revision 0.
absl::Status CheckRevision(const Presence* current, const std::optional<Revision>& wanted) {
  const Revision revision = current == nullptr ? 0 : current->revision();
  if (!wanted || *wanted == revision) return absl::OkStatus();
  const std::string is = absl::StrCat(revision);
  const std::string fix = current == nullptr ? "; there is no record, send 0 to create it"
                          : *wanted == 0     ? "; leave it out to replace the record"
                                             : "; read the record again and repeat the write";
  return MakeError(
      Reason::kPresenceRevisionMismatch,
      absl::StrCat("ifRevision: must equal the record's revision ", is, ", got ", *wanted, fix),
      {{"field", "ifRevision"}, {"revision", is}});
}

// Readable, then permitted, then as recent as the caller believes.
absl::Status CheckMayChange(const Presence* current, const Caller& caller, Action action,
                            absl::string_view presence_id, const std::optional<Revision>& wanted) {
  if (current == nullptr || !MayRead(*current, caller)) return NotFound(presence_id);
  if (!Allows(*current, caller, action)) {
    return Unauthorized(presence_id, action == Action::kDelete ? "delete" : "update");
  }
  return CheckRevision(current, wanted);
}

std::vector<absl::string_view> Views(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

// Who owns the record after an upsert: a key may hand it over, a user who was granted the right
// to update somebody else's record may not.
absl::string_view OwnerAfterUpsert(const Presence* current, const Caller& caller,
                                   absl::string_view target) {
  return current == nullptr || caller.privileged ? target : current->user_id();
}

// `permissions` outlive the fields; absent: the owner's default ones.
void SetPermissions(const std::optional<std::vector<std::string>>& permissions,
                    PresenceFields& fields) {
  fields.default_permissions = !permissions;
  fields.permissions.clear();
  if (permissions) fields.permissions = Views(*permissions);
}

// The record after an upsert that was permitted.
PresencePtr Replacement(const Presence* current, const Caller& caller, absl::string_view target,
                        const UpsertInput& input, bool held, const MutationContext& context) {
  PresenceFields fields;
  fields.id = current == nullptr ? absl::string_view(input.presence_id) : current->id();
  fields.user_id = OwnerAfterUpsert(current, caller, target);
  fields.status = input.status;
  fields.metadata = input.metadata;
  SetPermissions(input.permissions, fields);
  fields.created_at = current == nullptr ? context.now : current->created_at();
  fields.updated_at = context.now;
  // A held record ends with its connection (design 5.4), so a write must not shorten it unasked.
  fields.expires_at =
      input.expires_at.value_or(context.now + (held ? kMaxTtl : context.rules.default_ttl));
  fields.revision = context.revision;
  fields.created_revision = current == nullptr ? context.revision : current->created_revision();
  fields.source = caller.source;
  fields.held = held;
  fields.bounded = held && input.expires_at;
  return Presence::Make(fields);
}

absl::Status CheckUpsert(const Presence* current, const Presence* occupant, const Caller& caller,
                         const UpsertInput& input) {
  if (input.permissions) {
    absl::Status granted = CheckMayGrant(caller, *input.permissions);
    if (!granted.ok()) return granted;
  }
  if (current == nullptr && occupant != nullptr) return AlreadyExists(input.presence_id);
  if (current != nullptr &&
      !(MayRead(*current, caller) && Allows(*current, caller, Action::kUpdate))) {
    return AlreadyExists(input.presence_id);
  }
  return CheckRevision(current, input.if_revision);
}

}  // namespace

absl::StatusOr<std::string> TargetUser(const Caller& caller, const UpsertInput& input) {
  absl::Status status = CheckMayWrite(caller);
  if (status.ok()) status = CheckMayNameUser(caller, input.user_id);
  if (!status.ok()) return status;
  if (input.user_id) return *input.user_id;
  if (!caller.privileged) return caller.user_id;
  return MakeError(Reason::kGeneralBadRequest,
                   "userId: is required with an API key; name the user who is present",
                   {{"field", "userId"}});
}

absl::StatusOr<PresencePtr> Upsert(const Presence* current, const Presence* occupant,
                                   const Caller& caller, const UpsertInput& input,
                                   const MutationContext& context) {
  const absl::StatusOr<std::string> target = TargetUser(caller, input);
  if (!target.ok()) return target.status();
  const absl::Status status = CheckUpsert(current, occupant, caller, input);
  if (!status.ok()) return status;
  const bool held = current != nullptr && current->held();
  return Replacement(current, caller, *target, input, held, context);
}

absl::StatusOr<PresencePtr> Hold(const PresencePtr& current, const Presence* occupant,
                                 const Caller& caller, const HoldInput& input,
                                 const MutationContext& context) {
  const absl::StatusOr<std::string> target = TargetUser(caller, input.upsert);
  if (!target.ok()) return target.status();
  if (current && current->user_id() != *target) return AlreadyExists(input.upsert.presence_id);
  const absl::Status status = CheckUpsert(current.get(), occupant, caller, input.upsert);
  if (!status.ok()) return status;
  PresencePtr record =
      Replacement(current.get(), caller, *target, input.upsert, /*held=*/true, context);
  const bool silent = input.joining && current && current->held() && current->SameContent(*record);
  return silent ? current : record;
}

absl::StatusOr<PresencePtr> Update(const Presence* current, const Presence* target_user_record,
                                   const Caller& caller, const UpdateInput& input,
                                   const MutationContext& context) {
  absl::Status status = CheckMayWrite(caller);
  if (status.ok()) status = CheckMayNameUser(caller, input.user_id);
  if (status.ok()) {
    status = CheckMayChange(current, caller, Action::kUpdate, input.presence_id, input.if_revision);
  }
  if (status.ok() && input.permissions) status = CheckMayGrant(caller, *input.permissions);
  if (!status.ok()) return status;

  const bool new_owner = input.user_id && *input.user_id != current->user_id();
  if (new_owner && target_user_record != nullptr) {
    return MakeError(Reason::kPresenceAlreadyExists,
                     absl::StrCat("userId: ", *input.user_id,
                                  " has a presence already, and this project keeps one per user; "
                                  "delete that one first"),
                     {{"field", "userId"}, {"userId", *input.user_id}});
  }
  PresenceFields fields = current->fields();
  if (new_owner) fields.user_id = *input.user_id;
  if (input.status) fields.status = *input.status;
  if (input.metadata) fields.metadata = *input.metadata;
  if (input.expires_at) {
    fields.expires_at = *input.expires_at;
    fields.bounded = fields.held;
  }
  if (input.permissions || new_owner) SetPermissions(input.permissions, fields);
  fields.updated_at = context.now;
  fields.revision = context.revision;
  return Presence::Make(fields);
}

PresencePtr Extend(const Presence& current, const MutationContext& context) {
  const bool due = current.expires_at() < context.now + kMaxTtl - kExtendAfter;
  if (!current.held() || current.bounded() || !due) return nullptr;
  PresenceFields fields = current.fields();
  fields.expires_at = context.now + kMaxTtl;
  fields.revision = context.revision;
  return Presence::Make(fields);
}

absl::Status CheckDelete(const Presence* current, const Caller& caller, const DeleteInput& input) {
  absl::Status status = CheckMayWrite(caller);
  if (!status.ok()) return status;
  return CheckMayChange(current, caller, Action::kDelete, input.presence_id, input.if_revision);
}

}  // namespace presences
