#include "server/store/staged_project.h"

#include <memory>
#include <utility>

namespace presences::store {

StagedProject::StagedProject(const ProjectRules& rules, const State& state, Revision head)
    : rules_(rules), state_(state), max_presences_(rules.max_presences), last_revision_(head) {}

void StagedProject::Begin(TimePoint now) {
  now_ = now;
  by_id_.clear();
  by_user_.clear();
  changes_.clear();
  created_ = 0;
}

PresencePtr StagedProject::Find(absl::string_view presence_id) const {
  if (!by_id_.empty()) {
    const auto staged = by_id_.find(presence_id);
    if (staged != by_id_.end()) return staged->second;
  }
  return state_.Find(presence_id);
}

PresencePtr StagedProject::Live(absl::string_view presence_id) {
  PresencePtr record = Find(presence_id);
  if (!record || record->expires_at() > now_) return record;
  Stage(ChangeKind::kExpired, DeleteCause::kNone, std::move(record), nullptr);
  return nullptr;
}

PresencePtr StagedProject::LiveOf(absl::string_view user_id) {
  const std::vector<PresencePtr> applied = state_.FindByUser(user_id);
  std::vector<absl::string_view> ids;
  ids.reserve(applied.size());
  for (const PresencePtr& record : applied) ids.push_back(record->id());
  const auto staged = by_user_.find(user_id);
  if (staged != by_user_.end()) ids.insert(ids.end(), staged->second.begin(), staged->second.end());

  PresencePtr oldest;
  for (const absl::string_view id : ids) {
    PresencePtr record = Live(id);
    if (!record || record->user_id() != user_id) continue;
    if (!oldest || record->created_revision() < oldest->created_revision()) {
      oldest = std::move(record);
    }
  }
  return oldest;
}

std::int64_t StagedProject::size() const {
  return static_cast<std::int64_t>(state_.size()) + created_;
}

void StagedProject::Stage(ChangeKind kind, DeleteCause cause, PresencePtr before,
                          PresencePtr after) {
  created_ += (after ? 1 : 0) - (before ? 1 : 0);
  changes_.push_back(std::make_shared<const Change>(++last_revision_, now_, kind, cause,
                                                    std::move(before), std::move(after)));
  const Change& change = *changes_.back();
  by_id_[change.record().id()] = change.after();
  if (rules_.identity == Identity::kPerUser && change.after()) {
    by_user_[change.after()->user_id()].push_back(change.after()->id());
  }
}

}  // namespace presences::store
