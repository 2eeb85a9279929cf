#include "server/hub/viewer.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/core/permission.h"

namespace presences::hub {

bool Viewer::Sees(const Presence& record) const {
  return MayRead(record, caller) && filters.Matches(record);
}

ChangeView Viewer::ViewOf(const Change& change) const {
  const bool sees_now = change.after() && Sees(*change.after());
  const absl::string_view id = change.record().id();
  if (sees_now) {
    if (!channels.Hears(id, change.action())) return ChangeView::kHidden;
    const bool skips = skip_unchanged || change.kind() == ChangeKind::kExtended;
    const bool same = skips && change.only_times() && Sees(*change.before());
    return same ? ChangeView::kHidden : ChangeView::kAsIs;
  }
  const bool saw_before = change.before() && Sees(*change.before());
  if (!saw_before || !channels.Hears(id, EventAction::kDelete)) return ChangeView::kHidden;
  return change.after() ? ChangeView::kRemoved : ChangeView::kAsIs;
}

ChangeView Viewer::FirstViewOf(const Change& change) const {
  const bool told = change.after() && Sees(*change.after()) &&
                    channels.Hears(change.record().id(), change.action());
  return told ? ChangeView::kAsIs : ChangeView::kHidden;
}

bool Viewer::InSnapshot(const Presence& record) const {
  if (!channels.covers_all_records()) {
    const auto& ids = channels.record_ids();
    if (std::find(ids.begin(), ids.end(), record.id()) == ids.end()) return false;
  }
  return Sees(record);
}

std::uint64_t Viewer::RequestFingerprint(absl::string_view project) const {
  // Lengths keep ("a", "bc") and ("ab", "c") apart.
  const std::string channel_text = channels.Canonical();
  return StableHash(absl::StrCat(project.size(), ":", project, channel_text.size(), ":",
                                 channel_text, filters.Canonical(), skip_unchanged ? "#s" : "#"));
}

std::uint64_t Viewer::ViewerFingerprint() const {
  return StableHash(absl::StrCat(caller.user_id, caller.privileged ? "\n+" : "\n-"),
                    caller.roles->fingerprint());
}

}  // namespace presences::hub
