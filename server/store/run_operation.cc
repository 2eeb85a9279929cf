#include "server/store/run_operation.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/reason.h"

namespace presences::store {
namespace {

// The wall clock may step back; $updatedAt of a record may not.
PresencePtr NotUpdatedBefore(PresencePtr record, const PresencePtr& current) {
  if (!current || record->updated_at() >= current->updated_at()) return record;
  PresenceFields fields = record->fields();
  fields.updated_at = current->updated_at();
  return Presence::Make(fields);
}

absl::Status CheckRoom(const StagedProject& project) {
  const std::int64_t most = project.max_presences();
  if (most == 0 || project.size() < most) return absl::OkStatus();
  const std::string limit = absl::StrCat(most);
  return MakeError(
      Reason::kGeneralResourceLimitExceeded,
      absl::StrCat("max_presences: project ", project.rules().project_id, " holds at most ", limit,
                   " presences; delete some, or raise limits.max_presences"),
      {{"limit", "max_presences"}, {"value", limit}});
}

// The record that an upsert is about, and who else sits on its id.
struct Target {
  PresencePtr current;
  PresencePtr occupant;
};

absl::StatusOr<Target> FindTarget(StagedProject& project, const Caller& caller,
                                  const UpsertInput& input) {
  Target target;
  if (project.rules().identity == Identity::kPerUser) {
    const absl::StatusOr<std::string> user = TargetUser(caller, input);
    if (!user.ok()) return user.status();
    target.current = project.LiveOf(*user);
    if (!target.current) target.occupant = project.Live(input.presence_id);
  } else {
    target.current = project.Live(input.presence_id);
  }
  return target;
}

absl::StatusOr<PresencePtr> StageUpsert(StagedProject& project, PresencePtr current,
                                        absl::StatusOr<PresencePtr> record) {
  if (!record.ok() || *record == current) return record;
  if (!current) {
    const absl::Status room = CheckRoom(project);
    if (!room.ok()) return room;
  }
  record = NotUpdatedBefore(*std::move(record), current);
  project.Stage(ChangeKind::kUpserted, DeleteCause::kNone, std::move(current), *record);
  return record;
}

absl::StatusOr<PresencePtr> Run(StagedProject& project, const Caller& caller,
                                const UpsertInput& input) {
  absl::StatusOr<Target> target = FindTarget(project, caller, input);
  if (!target.ok()) return target.status();
  return StageUpsert(
      project, target->current,
      Upsert(target->current.get(), target->occupant.get(), caller, input, project.context()));
}

absl::StatusOr<PresencePtr> Run(StagedProject& project, const Caller& caller,
                                const HoldInput& input) {
  absl::StatusOr<Target> target = FindTarget(project, caller, input.upsert);
  if (!target.ok()) return target.status();
  return StageUpsert(
      project, target->current,
      Hold(target->current, target->occupant.get(), caller, input, project.context()));
}

absl::StatusOr<PresencePtr> Run(StagedProject& project, const Caller& caller,
                                const UpdateInput& input) {
  PresencePtr target_user_record;
  if (project.rules().identity == Identity::kPerUser && input.user_id) {
    target_user_record = project.LiveOf(*input.user_id);
  }
  PresencePtr current = project.Live(input.presence_id);
  absl::StatusOr<PresencePtr> record =
      Update(current.get(), target_user_record.get(), caller, input, project.context());
  if (!record.ok()) return record;
  record = NotUpdatedBefore(*std::move(record), current);
  project.Stage(ChangeKind::kUpdated, DeleteCause::kNone, std::move(current), *record);
  return record;
}

absl::StatusOr<PresencePtr> Run(StagedProject& project, const Caller& caller,
                                const DeleteInput& input) {
  PresencePtr current = project.Live(input.presence_id);
  const absl::Status status = CheckDelete(current.get(), caller, input);
  if (!status.ok()) return status;
  project.Stage(ChangeKind::kDeleted, DeleteCause::kCall, std::move(current), nullptr);
  return PresencePtr();
}

absl::StatusOr<PresencePtr> Run(StagedProject& project, const Caller&, const ReleaseInput& input) {
  for (const std::string& id : input.presence_ids) {
    PresencePtr current = project.Live(id);
    if (!current || !current->held() || !input.unheld(id)) continue;
    project.Stage(ChangeKind::kDeleted, DeleteCause::kConnection, std::move(current), nullptr);
  }
  return PresencePtr();
}

absl::StatusOr<PresencePtr> Run(StagedProject& project, const Caller&, const ExtendInput& input) {
  for (const std::string& id : input.presence_ids) {
    PresencePtr current = project.Live(id);
    if (!current) continue;
    PresencePtr record = Extend(*current, project.context());
    if (!record) continue;
    project.Stage(ChangeKind::kExtended, DeleteCause::kNone, std::move(current), std::move(record));
  }
  return PresencePtr();
}

absl::StatusOr<PresencePtr> Run(StagedProject& project, const Caller&, const ExpireInput& input) {
  for (const std::string& id : input.presence_ids) project.Live(id);
  return PresencePtr();
}

}  // namespace

absl::StatusOr<PresencePtr> RunOperation(StagedProject& project, const Caller& caller,
                                         const Operation& operation) {
  return std::visit([&](const auto& input) { return Run(project, caller, input); }, operation);
}

}  // namespace presences::store
